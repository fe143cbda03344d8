/**
 * The demo's page, in one piece: nothing is loaded besides it. Its script is the text of three
 * functions as they were compiled, so what the tests call is what the browser runs.
 */
import { inPlainWords } from './close-words.ts';
import { runPage } from './page-script.ts';
import { nextStep } from './reconnect.ts';

const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --ink: #1b1f24; --faint: #5b6570; --line: #d8dde3;
  --accent: #0b62c4; --calm: #6b7580; --good: #18794e; --warn: #9a6200; --bad: #c02b2b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --card: #181e25; --ink: #e7ebf0; --faint: #98a4b1; --line: #2c3540;
    --accent: #74b3ff; --calm: #98a4b1; --good: #4cc38a; --warn: #f0b429; --bad: #ff7b72;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; max-width: 46rem; padding: 1.25rem 1rem 2rem;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--faint); }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0 1.25rem; }
nav a {
  padding: .3rem .75rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--card); text-decoration: none;
}
nav a[aria-current] { border-color: var(--accent); font-weight: 600; }
.card {
  --state: var(--calm);
  padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-left: .35rem solid var(--state);
  border-radius: .6rem; background: var(--card);
}
[data-state=live] .card { --state: var(--good); }
[data-state=wait] .card, [data-state=network] .card { --state: var(--warn); }
[data-state=ask] .card { --state: var(--bad); }
h2 { margin: 0; font-size: 1.6rem; line-height: 1.25; color: var(--state); }
.card p { margin: .35rem 0 0; }
#said { color: var(--faint); font-family: ui-monospace, monospace; font-size: .9rem; }
#said:empty, #plan:empty { display: none; }
.next { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-top: .35rem; }
.next p { margin: 0; font-variant-numeric: tabular-nums; }
button {
  padding: .45rem 1.1rem; border: 0; border-radius: .4rem;
  background: var(--accent); color: var(--card); font: inherit; font-weight: 600; cursor: pointer;
}
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 1rem 0 .5rem; }
dl div { display: flex; gap: .4rem; }
dt { color: var(--faint); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.frames {
  display: flex; flex-direction: column-reverse; height: 19.5rem; padding: .75rem 1rem;
  overflow: auto; border: 1px solid var(--line); border-radius: .6rem; background: var(--card);
}
.frames:has(:empty) { display: none; }
pre {
  margin: 0 0 auto; font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere;
}
footer { margin-top: 1rem; color: var(--faint); font-size: .9rem; }
`;

const link = (session: string): string =>
  `<a id="to-${session}" href="/?session=${session}">${session}</a>`;

/** The page as HTML; `sessions` are those it offers, by names that need no escaping. */
export const demoPage = (sessions: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wsbouncer demo</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>wsbouncer demo</h1>
<nav aria-label="Sessions">
${sessions.map(link).join('\n')}
</nav>
<main id="main" data-state="connecting">
<section class="card">
<div role="status" aria-live="polite">
<h2 id="headline">This page needs JavaScript</h2>
<p id="why"></p>
<p id="said"></p>
</div>
<div class="next">
<p id="plan"></p>
<button id="button" type="button" hidden></button>
</div>
</section>
<dl>
<div><dt>session</dt><dd id="session"></dd></div>
<div><dt>frames</dt><dd id="frames">0</dd></div>
<div><dt>connections made</dt><dd id="connections">0</dd></div>
<div><dt>refused</dt><dd id="refusals">0</dd></div>
</dl>
<div class="frames" role="region" tabindex="0" aria-label="The last frames"><pre id="lines"></pre></div>
</main>
<footer>
<a href="" target="_blank" rel="noopener">Open one more tab of this session</a>, and another, until
one is refused: the sample viewers hold places, too. The console shows every one of them.
</footer>
<script type="module">
const nextStep = ${nextStep.toString()};
const inPlainWords = ${inPlainWords.toString()};
(${runPage.toString()})(nextStep, inPlainWords);
</script>
</body>
</html>
`;
