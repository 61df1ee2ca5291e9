// Run by node-test.test.ts: a test that passes, and one that must fail.
import { test } from 'node:test';
import { given } from 'projectionist/testing';
import accountsProjection, { accounts } from './accounts.ts';

const opened = { type: 'account.opened', stream: 'a', data: { owner: 'Ada' } } as const;
const ada = { id: 'a', owner: 'Ada', balanceCents: 0, openedAt: '2026-01-01T00:00:00.000Z' };

void test('a sentence', () => {
  given(accountsProjection).when(opened).then(accounts, [ada]);
});

void test('a sentence that is not true', () => {
  given(accountsProjection).when(opened).then(accounts, []);
});
