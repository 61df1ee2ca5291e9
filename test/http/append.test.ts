import { describe, expect, test } from 'vitest';
import { opened, placed, post, problemOf } from './support.ts';

const ndjson = { 'Content-Type': 'application/x-ndjson' };

describe('POST /events', () => {
  test('appends one event, and answers its position and where it is', async () => {
    const projectionist = await opened();
    const response = await post(projectionist, '/events', { stream: 'o-1', ...placed });
    expect(response.status).toBe(201);
    expect(response.headers.get('Event-Position')).toBe('1');
    expect(response.headers.get('Location')).toBe('/events/1');
    expect(await response.json()).toMatchObject({
      position: 1,
      appended: 1,
      duplicates: 0,
      events: [{ stream: 'o-1', version: 1, position: 1 }],
    });
    const found = await projectionist.app.request('/events/1');
    expect(await found.json()).toMatchObject({ stream: 'o-1', data: placed.data, metadata: null });
  });

  test('answers 200 with the first place for an id that the log has', async () => {
    const projectionist = await opened();
    const event = { id: 'once', stream: 'o-1', ...placed };
    await post(projectionist, '/events', event);
    const repeat = await post(projectionist, '/events', event);
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toMatchObject({ position: 1, appended: 0, duplicates: 1 });
    expect(projectionist.log.head()).toBe(1);
  });

  test('appends all of an array or none, naming each bad event', async () => {
    const projectionist = await opened();
    const bad = { stream: 'o-2', type: 'order.placed', data: { customer: 'c', total: -1 } };
    const problem = await problemOf(
      await post(projectionist, '/events', [
        { stream: 'o-1', ...placed },
        bad,
        { ...bad, type: 'order.placd' },
      ]),
    );
    expect(problem).toMatchObject({
      status: 422,
      code: 'EVENT_INVALID',
      details: { index: 1, field: 'data.total' },
    });
    expect(problem.message).toMatch(/^Event 1: /);
    expect(problem.errors?.map(({ evidence }) => [evidence['index'], evidence['field']])).toEqual([
      [1, 'data.total'],
      [2, 'type'],
    ]);
    expect(projectionist.log.head()).toBe(0);
  });

  test('does not speak of an index where there is only one event', async () => {
    const projectionist = await opened();
    const problem = await problemOf(await post(projectionist, '/events', { type: 'order.paid', data: {} }));
    expect(problem).toMatchObject({ status: 422, details: { field: 'stream' } });
    expect(problem.details).not.toHaveProperty('index');
  });

  test.each([
    ['no JSON', '{"stream":', 400, 'BODY_INVALID'],
    ['nothing', '', 400, 'BODY_INVALID'],
    ['an empty array', '[]', 422, 'EVENT_INVALID'],
    ['null', 'null', 422, 'EVENT_INVALID'],
    [
      'a number that would lose digits',
      '{"stream":"s","type":"order.paid","data":{"n":12345678901234567890}}',
      422,
      'EVENT_INVALID',
    ],
  ])('refuses %s', async (_, body, status, code) => {
    const problem = await problemOf(await post(await opened(), '/events', body));
    expect(problem).toMatchObject({ status, code });
  });

  test.each([
    [{ 'Content-Type': 'text/plain' }],
    [{ 'Content-Type': 'application/x-www-form-urlencoded' }],
    [{ 'Content-Type': 'application/json; charset=iso-8859-1' }],
    [{ 'Content-Type': 'application/cloudevents+avro' }],
    [{ 'Content-Encoding': 'gzip' }],
    [{ 'Content-Type': '__proto__' }],
  ])('answers 415 to %o, and what it takes', async (headers) => {
    const response = await post(await opened(), '/events', { stream: 's', ...placed }, headers);
    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  test('refuses bytes that are no UTF-8', async () => {
    const { app } = await opened();
    const body = Buffer.concat([Buffer.from('{"stream":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const response = await app.request('/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'BODY_INVALID' });
  });

  test('refuses If-Match, which only a stream can answer', async () => {
    const response = await post(await opened(), '/events', { stream: 's', ...placed }, { 'If-Match': '"1"' });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('NDJSON', () => {
  const line = (stream: string, data: unknown = placed.data) =>
    JSON.stringify({ stream, type: placed.type, data });

  test('is appended in bulk, blank lines passed over', async () => {
    const projectionist = await opened();
    const body = Array.from({ length: 2500 }, (_, index) => line(`o-${index}`)).join('\n');
    const response = await post(projectionist, '/events', `\uFEFF${body}\r\n\n`, ndjson);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ position: 2500, appended: 2500, duplicates: 0 });
  });

  test('is refused whole for bad lines, which are named by number', async () => {
    const projectionist = await opened();
    const body = [line('a'), '', '{broken', line('b'), 'null'].join('\n');
    const problem = await problemOf(await post(projectionist, '/events', body, ndjson));
    expect(problem).toMatchObject({ status: 422, details: { line: 3 } });
    expect(problem.message).toMatch(/^Line 3: /);
    expect(projectionist.log.head()).toBe(0);
  });

  test('names lines, not events, where the catalogue refuses', async () => {
    const projectionist = await opened();
    const body = [line('a'), '', line('b', { customer: '', total: 1 }), line('c', {})].join('\n');
    const problem = await problemOf(await post(projectionist, '/events', body, ndjson));
    expect(problem.details).toMatchObject({ line: 3, field: 'data.customer' });
    expect(problem.errors?.map(({ evidence }) => evidence['line'])).toEqual([3, 4]);
  });
});

describe('POST /streams/<stream>', () => {
  const path = '/streams/o-1';

  test('appends to the stream of the URL and answers its version as ETag', async () => {
    const projectionist = await opened();
    const response = await post(projectionist, path, [placed, { type: 'order.paid', data: {} }]);
    expect(response.status).toBe(201);
    expect(response.headers.get('ETag')).toBe('"2"');
    expect(response.headers.get('Location')).toBe('/events/2');
  });

  test('If-None-Match: * begins a stream once', async () => {
    const projectionist = await opened();
    const once = { 'If-None-Match': '*' };
    expect((await post(projectionist, path, placed, once)).status).toBe(201);
    const problem = await problemOf(await post(projectionist, path, placed, once));
    expect(problem).toMatchObject({
      status: 412,
      code: 'VERSION_CONFLICT',
      details: { actual: 1, stream: 'o-1' },
    });
  });

  test.each(['"1"', '1', 'W/"1"'])('If-Match: %s asks for version 1', async (tag) => {
    const projectionist = await opened();
    await post(projectionist, path, placed);
    const paid = { type: 'order.paid', data: {} };
    expect((await post(projectionist, path, paid, { 'If-Match': tag })).status).toBe(201);
    const problem = await problemOf(await post(projectionist, path, paid, { 'If-Match': tag }));
    expect(problem).toMatchObject({ status: 412, details: { expected: 1, actual: 2 } });
  });

  test('a repeat succeeds whatever version it asks for', async () => {
    const projectionist = await opened();
    const event = { id: 'once', ...placed };
    await post(projectionist, path, event, { 'If-None-Match': '*' });
    const repeat = await post(projectionist, path, event, { 'If-None-Match': '*' });
    expect(repeat.status).toBe(200);
    expect(repeat.headers.get('ETag')).toBe('"1"');
  });

  test('If-Match: * asks for a stream that is there', async () => {
    const projectionist = await opened();
    expect((await post(projectionist, path, placed, { 'If-Match': '*' })).status).toBe(412);
    await post(projectionist, path, placed);
    expect(
      (await post(projectionist, path, { type: 'order.paid', data: {} }, { 'If-Match': '*' })).status,
    ).toBe(201);
  });

  test.each([
    { 'If-Match': '"a"' },
    { 'If-Match': '"1", "2"' },
    { 'If-None-Match': '"1"' },
    { 'If-Match': '"1"', 'If-None-Match': '*' },
  ])('refuses %o', async (headers) => {
    const response = await post(await opened(), path, placed, headers);
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  test('refuses an event that names another stream', async () => {
    const response = await post(await opened(), path, { ...placed, stream: 'o-2' });
    expect(await problemOf(response)).toMatchObject({ status: 422, details: { field: 'stream' } });
  });

  test.each(['a/b', 'ä 日本 🙂', '100%', 'a?b#c', '%2F', 'x'.repeat(512)])(
    'takes the name %s',
    async (name) => {
      const projectionist = await opened();
      const url = `/streams/${encodeURIComponent(name)}`;
      const response = await post(projectionist, url, placed);
      expect(response.status).toBe(201);
      expect([...projectionist.log.readAll()].map(({ stream }) => stream)).toEqual([name]);
      const read = await projectionist.app.request(url);
      expect(await read.json()).toMatchObject([{ stream: name }]);
    },
  );

  test('refuses a name that is too long, or has a NUL', async () => {
    const projectionist = await opened();
    for (const name of ['x'.repeat(513), '%00']) {
      const problem = await problemOf(await post(projectionist, `/streams/${name}`, placed));
      expect(problem).toMatchObject({ status: 422, details: { field: 'stream' } });
    }
  });
});
