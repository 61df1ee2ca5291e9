import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { listening, opened, placed, post, problemOf, running } from './support.ts';

function read(projectionist: Projectionist, prefer: string, headers: Record<string, string> = {}) {
  const request = { headers: { Prefer: prefer, ...headers } };
  return Promise.resolve(projectionist.app.request('/views/orders', request));
}

describe('Prefer: min-position', () => {
  test('answers with the event that was appended a moment ago, whatever the hurry', async () => {
    const projectionist = await running();
    for (let count = 1; count <= 50; count += 1) {
      const appended = await post(projectionist, `/streams/o-${count}`, placed);
      const position = appended.headers.get('Event-Position') as string;
      const response = await read(projectionist, `min-position=${position}, wait=10`);
      expect(response.status).toBe(200);
      expect(response.headers.get('Projection-Position')).toBe(position);
      expect(response.headers.get('Preference-Applied')).toContain('min-position');
      expect(await response.json()).toHaveLength(count);
    }
  });

  test('answers 503 with the current position when the time is over, and not before', async () => {
    const projectionist = await running();
    await post(projectionist, '/streams/o-1', placed);
    await projectionist.ready();
    const began = performance.now();
    const response = await read(projectionist, 'min-position=2, wait=1');
    const seconds = (performance.now() - began) / 1000;
    expect(await problemOf(response)).toMatchObject({
      status: 503,
      code: 'WAIT_TIMEOUT',
      details: { expected: 2, actual: 1 },
    });
    expect(response.headers.get('Retry-After')).toBe('1');
    expect(response.headers.get('Projection-Position')).toBe('1');
    expect(seconds).toBeGreaterThan(0.99);
    expect(seconds).toBeLessThan(3);
  });

  test('wait=0 asks once', async () => {
    const projectionist = await running();
    expect((await read(projectionist, 'wait=0; min-position=1')).status).toBe(200);
    expect((await read(projectionist, 'min-position=1, wait=0')).status).toBe(503);
    expect((await read(projectionist, 'min-position=0, wait=0')).status).toBe(200);
  });

  test('is woken by the commit, of many who wait at once', async () => {
    const projectionist = await running();
    const waiting = Array.from({ length: 100 }, () => read(projectionist, 'min-position=1, wait=30'));
    await post(projectionist, '/streams/o-1', placed);
    for (const response of await Promise.all(waiting)) expect(await response.json()).toHaveLength(1);
  });

  test('waits no longer than the limit of the settings', async () => {
    const projectionist = await running({ limits: { wait: 1 } });
    const began = performance.now();
    expect((await read(projectionist, 'min-position=9, wait=600')).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('refuses more waits than the settings allow, and counts those that are over no more', async () => {
    const projectionist = await running({ limits: { waits: 1 } });
    const first = read(projectionist, 'min-position=1, wait=30');
    expect(await problemOf(await read(projectionist, 'min-position=1, wait=30'))).toMatchObject({
      status: 503,
      code: 'TOO_BUSY',
    });
    await post(projectionist, '/streams/o-1', placed);
    expect((await first).status).toBe(200);
    expect((await read(projectionist, 'min-position=2, wait=0')).status).toBe(503);
    expect((await problemOf(await read(projectionist, 'min-position=2, wait=0'))).code).toBe('WAIT_TIMEOUT');
  });

  test.each([
    'min-position=x',
    'min-position',
    'min-position=-1',
    'min-position=1, wait=1.5',
    'min-position=1, wait=soon',
  ])('refuses %s', async (prefer) => {
    const response = await read(await running(), prefer);
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  test('is right during a rebuild', async () => {
    const projectionist = await running();
    const rebuilt = projectionist.rebuild('orders');
    for (let count = 1; count <= 20; count += 1) {
      const appended = await post(projectionist, `/streams/o-${count}`, placed);
      const response = await read(
        projectionist,
        `min-position=${appended.headers.get('Event-Position')}, wait=30`,
      );
      expect(await response.json()).toHaveLength(count);
    }
    expect(await rebuilt).toBe(2);
    expect((await read(projectionist, 'min-position=20, wait=0')).status).toBe(200);
  });

  test('waits for a projection that has not started', async () => {
    const projectionist = await opened();
    await post(projectionist, '/streams/o-1', placed);
    const waiting = read(projectionist, 'min-position=1, wait=30');
    projectionist.start();
    expect(await (await waiting).json()).toHaveLength(1);
  });

  test('ends when the client goes away', async () => {
    const projectionist = await running({ limits: { waits: 1 } });
    const url = await listening(projectionist);
    const headers = { Prefer: 'min-position=1, wait=30' };
    let sent: ReturnType<typeof request> | undefined;
    const send = (): void => {
      sent = request(`${url}/views/orders`, { headers }, (response) => {
        // Those that ask below had the one wait at that moment.
        response.resume();
        send();
      });
      sent.on('error', () => {}).end();
    };
    send();
    // The one wait there is to have is taken, and free again once the client has left.
    await expect
      .poll(async () => (await problemOf(await read(projectionist, 'min-position=1, wait=0'))).code)
      .toBe('TOO_BUSY');
    const closed = new Promise((resolve) => void sent?.once('close', resolve));
    sent?.destroy();
    await closed;
    await expect
      .poll(async () => (await problemOf(await read(projectionist, 'min-position=1, wait=0'))).code)
      .toBe('WAIT_TIMEOUT');
  });
});

describe('a view whose first generation is not there yet', () => {
  test('answers 503 until it is', async () => {
    const projectionist = await opened();
    const response = await read(projectionist, '');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'PROJECTION_NOT_READY' });
    expect(response.headers.get('Retry-After')).toBe('1');
    expect((await projectionist.app.request('/views/nothing')).status).toBe(404);
    projectionist.start();
    expect((await read(projectionist, 'min-position=0, wait=30')).status).toBe(200);
  });
});
