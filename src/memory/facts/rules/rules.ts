/** What the rules of facts can do; how they do it is said in the files beside. */
export { extractFacts } from './extract.js';
export { relate } from './relate.js';
export { masked, sensitive } from './sensitive.js';
