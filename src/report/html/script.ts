/**
 * What the page does beyond reading: searching, opening all, copying. Static text, allowed by its hash alone; the page
 * is complete without it.
 */
export const PAGE_SCRIPT = `
'use strict';
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const panels = all('details.incident');
  const folds = all('details.fold');
  const tools = document.querySelector('.tools');
  if (tools !== null) {
    const field = tools.querySelector('input');
    const told = tools.querySelector('output');
    const entries = [...panels, ...all('.fold tbody tr')];
    const rows = all('.overview tbody tr');
    const searched = [...entries, ...rows];
    let texts = null;
    let timer = 0;
    const search = () => {
      texts ??= searched.map((entry) => entry.textContent.toLowerCase());
      const words = field.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
      let found = 0;
      searched.forEach((entry, index) => {
        const hit = words.every((word) => texts[index].includes(word));
        if (hit && index < entries.length) found++;
        if (entry.hidden === hit) entry.hidden = !hit;
      });
      for (const fold of folds) {
        const any = fold.querySelector('tbody tr:not([hidden])') !== null;
        fold.hidden = !any;
        fold.open = words.length > 0 && any && found <= 300;
      }
      told.textContent = words.length === 0 ? '' : found + ' of ' + entries.length + ' incidents';
    };
    field.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(search, 120);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && document.activeElement !== field && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.focus();
      } else if (event.key === 'Escape' && document.activeElement === field) {
        field.value = '';
        search();
      }
    });
    const [openAll, closeAll] = tools.querySelectorAll('button');
    openAll.addEventListener('click', () => panels.forEach((panel) => { panel.open = true; }));
    closeAll.addEventListener('click', () => panels.forEach((panel) => { panel.open = false; }));
    tools.hidden = false;
    let before = [];
    addEventListener('beforeprint', () => {
      before = panels.filter((panel) => !panel.open);
      before.forEach((panel) => { panel.open = true; });
    });
    addEventListener('afterprint', () => before.forEach((panel) => { panel.open = false; }));
  }
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null) return;
    for (let at = target; at !== null; at = at.parentElement) if (at.localName === 'details') at.open = true;
    target.scrollIntoView();
    const heading = target.querySelector('summary');
    if (heading !== null) heading.focus({ preventScroll: true });
  };
  addEventListener('hashchange', reveal);
  if (location.hash !== '') reveal();
  for (const block of all('pre.copy')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(block.querySelector('code').textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(block.querySelector('code'));
        button.textContent = 'Selected';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
    block.append(button);
  }
})();
`;
