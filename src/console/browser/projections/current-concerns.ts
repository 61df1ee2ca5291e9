import { computed } from '@preact/signals';
import { statuses } from '../statuses.ts';
import { concernsOf } from './concerns.ts';

/** What is wrong with the projections, as last heard. */
export const concerns = computed(() => statuses.value?.flatMap(concernsOf) ?? []);

/** How many things are wrong: what was asked for is not. */
export const troubleCount = computed(() => concerns.value.filter(({ kind }) => kind === 'bad').length);
