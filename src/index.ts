export { defineEvents } from './event-log/catalogue.ts';
export { projection, query } from './projection/define.ts';
export { fn } from './projection/pure-function.ts';
export { forEach, must, when } from './projection/statements.ts';
export { field } from './projection/symbolic-event.ts';
