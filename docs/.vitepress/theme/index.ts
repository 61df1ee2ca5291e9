// Without fonts: the system's own are there at once, and nothing is fetched for them.
import theme from 'vitepress/theme-without-fonts';
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to import
import './style.css';

export default theme;
