import { render } from 'preact';
import { html } from './html.ts';
import { followLinks } from './router.ts';
import { begin } from './session.ts';
import { Shell } from './shell.ts';

followLinks();
const root = document.querySelector('#app') as HTMLElement;
root.replaceChildren();
render(html`<${Shell} />`, root);
void begin();
