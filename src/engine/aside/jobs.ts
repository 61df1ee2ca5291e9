import { traceRow } from '../history/trace-row.ts';
import { verifyGeneration } from '../verify/verify-generation.ts';

/** What can be run aside: each takes its task, which is data, and a context, and resolves with data. */
export const JOBS = { verify: verifyGeneration, trace: traceRow };

export type JobName = keyof typeof JOBS;
export type TaskOf<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[0];
export type AnswerOf<Name extends JobName> = Awaited<ReturnType<(typeof JOBS)[Name]>>;
