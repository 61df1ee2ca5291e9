import { expect, test } from 'vitest';
import { ProjectionistError } from '../../src/errors.ts';
import { problemOf } from '../../src/http/problem.ts';

test('a storage fault is told without the path of the file', () => {
  const error = new ProjectionistError('DISK_FULL', 'The disk that holds /srv/data/log.db is full', {
    evidence: { file: '/srv/data/log.db' },
  });
  const { status, body } = problemOf(error);
  expect(status).toBe(507);
  expect(body).toMatchObject({ message: 'The disk that holds the data folder is full', details: null });
  expect(JSON.stringify(body)).not.toContain('/srv');
});

test('what nobody foresaw says nothing of itself', () => {
  const { status, body } = problemOf(new Error('SELECT secret FROM /srv/data'));
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toMatch(/secret|srv/);
});
