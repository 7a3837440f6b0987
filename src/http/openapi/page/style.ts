export const style = `:root {
  color-scheme: light dark;
  --back: light-dark(#fff, #14171a); --front: light-dark(#1b1f23, #dfe3e7); --soft: light-dark(#5a636d, #98a2ad);
  --line: light-dark(#d9dee3, #2c333a); --box: light-dark(#f5f7f9, #1c2126); --mark: light-dark(#0b63c5, #6cb2ff);
  --GET: light-dark(#0a7a3d, #4fd18b); --POST: light-dark(#0b63c5, #6cb2ff); --PUT: light-dark(#9a5b00, #f0b35a);
  --PATCH: light-dark(#7a3fb5, #c49bff); --DELETE: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--front); font: 16px/1.5 system-ui, sans-serif;
  display: grid; grid-template: auto 1fr / 13rem minmax(0, 1fr) }
header { grid-column: 1 / -1; position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem;
  align-items: center; padding: .6rem 1rem; background: var(--back); border-bottom: 1px solid var(--line) }
h1 { font-size: 1.2rem; margin: 0 auto 0 0 } h1 small { color: var(--soft); font-weight: normal }
h2 { margin: 2rem 0 .5rem; scroll-margin-top: 5rem } h4 { margin: 1rem 0 .3rem }
nav { padding: 1rem; position: sticky; top: 4rem; align-self: start; max-height: calc(100vh - 4rem); overflow: auto }
nav a { display: block; color: inherit; text-decoration: none; padding: .1rem 0 } nav a:hover { color: var(--mark) }
main { padding: 0 1rem 4rem; max-width: 60rem }
a { color: var(--mark) }
details.operation { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--box) }
details.operation > summary { cursor: pointer; padding: .5rem .8rem; list-style: none; overflow-wrap: anywhere }
details.operation > summary span { color: var(--soft); display: block; font-size: .9rem }
details.operation > div { padding: 0 .8rem .8rem; border-top: 1px solid var(--line) }
code, pre, textarea, input { font-family: ui-monospace, monospace; font-size: .88rem }
b.GET { color: var(--GET) } b.POST { color: var(--POST) } b.PUT { color: var(--PUT) } b.PATCH { color: var(--PATCH) }
b.DELETE { color: var(--DELETE) } b[class] { font-family: ui-monospace, monospace; margin-right: .5rem }
pre { overflow: auto; max-height: 24rem; padding: .6rem; border: 1px solid var(--line); border-radius: .3rem;
  background: var(--back); margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
input, textarea, button { color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: .3rem;
  padding: .35rem .5rem; max-width: 100% }
textarea { width: 100%; min-height: 7rem } button { cursor: pointer; color: var(--mark); font: inherit }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px }
.field { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: .2rem .6rem; margin: .3rem 0; align-items: center }
.field small { grid-column: 2; color: var(--soft); overflow-wrap: anywhere }
.soft { color: var(--soft) } [hidden] { display: none !important }
@media (max-width: 45rem) {
  body { grid-template-columns: minmax(0, 1fr) } header { position: static } header label { flex: 1 1 9rem }
  header input { width: 100% } .field { grid-template-columns: minmax(0, 1fr) } .field small { grid-column: 1 }
  nav { position: static; display: flex; flex-wrap: wrap; gap: 0 1rem; max-height: none; padding-bottom: 0 }
}
`;
