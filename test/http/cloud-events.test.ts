import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { describe, expect, test } from 'vitest';
import { opened, listening, placed, post, problemOf } from './support.ts';

const source = 'https://shop.example/checkout';
const base = { specversion: '1.0', source, type: 'order.placed', subject: 'o-1', data: placed.data };
const structured = { 'Content-Type': 'application/cloudevents+json' };
const batch = { 'Content-Type': 'application/cloudevents-batch+json' };

async function recorded(events: object, headers: Record<string, string> = structured) {
  const projectionist = await opened();
  const response = await post(projectionist, '/events', events, headers);
  if (response.status !== 201) throw new Error(await response.text());
  return [...projectionist.log.readAll()];
}

describe('the CloudEvents SDK', () => {
  test.each([Mode.BINARY, Mode.STRUCTURED])('sends in %s mode', async (mode) => {
    const projectionist = await opened();
    const url = `${await listening(projectionist)}/events`;
    const emit = emitterFor(httpTransport(url), { mode });
    const event = new CloudEvent({
      ...base,
      time: '2026-01-31T12:00:00Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tenant: 'acme',
    });
    await emit(event);
    expect([...projectionist.log.readAll()]).toMatchObject([
      {
        id: event.id,
        stream: 'o-1',
        type: 'order.placed',
        time: '2026-01-31T12:00:00.000Z',
        data: placed.data,
        metadata: {
          source,
          tenant: 'acme',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
      },
    ]);
    await emit(event);
    expect(projectionist.log.head()).toBe(1);
  });

  test('sends an event of text in binary mode, percent-encoded', async () => {
    const projectionist = await opened();
    const { headers, body } = HTTP.binary(new CloudEvent({ ...base, subject: 'Ä/1' }));
    const sent = { ...(headers as Record<string, string>), 'ce-subject': encodeURIComponent('Ä/1') };
    const request = { method: 'POST', headers: sent, body: body as string };
    expect((await projectionist.app.request('/events', request)).status).toBe(201);
    expect([...projectionist.log.readAll()][0]?.stream).toBe('Ä/1');
  });
});

describe('what becomes of the attributes', () => {
  test('an id that is no UUID is told apart by its source', async () => {
    const other = { ...base, id: '1', source: '/other', subject: 'o-2' };
    const events = await recorded([{ ...base, id: '1' }, other, other], batch);
    expect(events.map(({ id }) => id)).toEqual([`${source}#1`, '/other#1']);
  });

  test('the extension stream comes before the subject, which is kept', async () => {
    const [event] = await recorded({ ...base, id: '1', stream: 's-1' });
    expect(event).toMatchObject({ stream: 's-1', metadata: { source, subject: 'o-1' } });
  });

  test.each([
    [{ schemaversion: 1 }, {}],
    [{ schemaversion: '1' }, {}],
    [
      { dataschema: 'https://shop.example/order.noted/v1' },
      { dataschema: 'https://shop.example/order.noted/v1' },
    ],
  ])('%o says the schema version', async (extension, metadata) => {
    const noted = { ...base, id: '1', type: 'order.noted', data: { text: 'old' }, ...extension };
    const [event] = await recorded(noted);
    expect(event).toMatchObject({ schemaVersion: 1, metadata: { source, ...metadata } });
  });

  test('the stream of a URL needs no subject', async () => {
    const projectionist = await opened();
    const { subject: _, ...event } = base;
    const response = await post(projectionist, '/streams/o-9', { ...event, id: '1' }, structured);
    expect(response.status).toBe(201);
    expect([...projectionist.log.read('o-9')]).toHaveLength(1);
  });

  test('null is an attribute that is absent', async () => {
    const [event] = await recorded({ ...base, id: '1', dataschema: null, time: null });
    expect(event?.metadata).toEqual({ source });
  });
});

describe('what is refused', () => {
  test.each([
    ['specversion', { specversion: '0.3' }],
    ['specversion', { specversion: undefined }],
    ['id', { id: undefined }],
    ['id', { id: 7 }],
    ['source', { source: '' }],
    ['type', { type: undefined }],
    ['subject', { subject: undefined }],
    ['subject', { subject: 7 }],
    ['time', { time: 'yesterday' }],
    ['schemaversion', { schemaversion: 'two' }],
    ['schemaversion', { schemaversion: 0 }],
    ['data_base64', { data_base64: 'AAAA' }],
    ['trace-id', { 'trace-id': 'x' }],
    ['data.total', { data: { customer: 'c', total: 'x' } }],
    ['type', { type: 'order.placd' }],
  ])('a bad %s: %o', async (field, change) => {
    const projectionist = await opened();
    const event = { ...base, id: '1', ...change };
    const problem = await problemOf(await post(projectionist, '/events', event, structured));
    expect(problem).toMatchObject({ status: 422, details: { field } });
    const inBatch = await problemOf(
      await post(projectionist, '/events', [{ ...base, id: '0' }, event], batch),
    );
    expect(inBatch).toMatchObject({ status: 422, details: { field, index: 1 } });
    expect(projectionist.log.head()).toBe(0);
  });

  test('a batch that is no array, and a single event that is one', async () => {
    const projectionist = await opened();
    expect((await post(projectionist, '/events', { ...base, id: '1' }, batch)).status).toBe(422);
    expect((await post(projectionist, '/events', [{ ...base, id: '1' }], structured)).status).toBe(422);
  });

  test('binary mode with data that is no JSON, or headers that are malformed', async () => {
    const projectionist = await opened();
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': source, 'ce-type': 'order.placed' };
    const sent = (more: Record<string, string>, body = '{}') =>
      post(projectionist, '/events', body, { ...headers, 'ce-subject': 'o-1', ...more });
    expect((await sent({ 'Content-Type': 'image/png' })).status).toBe(415);
    expect((await sent({ 'ce-subject': '%zz' })).status).toBe(400);
    expect((await sent({}, '{')).status).toBe(400);
    expect((await sent({ 'ce-specversion': '2' })).status).toBe(422);
  });

  test('a stream other than the one in the URL', async () => {
    const response = await post(
      await opened(),
      '/streams/o-2',
      { ...base, id: '1', stream: 'o-1' },
      structured,
    );
    expect(await problemOf(response)).toMatchObject({ status: 422, details: { field: 'stream' } });
  });
});
