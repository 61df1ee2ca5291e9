import htm from 'htm';
import { h, type VNode } from 'preact';

type Template = (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

/** JSX without a build step: https://github.com/developit/htm. (Its types are those of its CommonJS form.) */
export const html = (htm as unknown as { bind(create: typeof h): Template }).bind(h);
