import { render } from 'preact';
import { html } from './html.ts';
import { load, loadRest } from './pages.ts';
import { followLinks, place } from './router.ts';
import { begin } from './session.ts';
import { Shell } from './shell.ts';

followLinks();
void begin();
const root = document.querySelector('#app') as HTMLElement;
root.replaceChildren();
render(html`<${Shell} />`, root);
await load(place.value.path);
requestIdleCallback(() => void loadRest(), { timeout: 5000 });
