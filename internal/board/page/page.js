// The page as the views come in. The server has drawn it once; from here on each view fills the same slots (data-f), and text
// reaches the page as text only.
'use strict';

const $ = (selector, root = document) => root.querySelector(selector);

// ---- Small words, as package room says them ----

function span(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
  if (minutes < 48 * 60) return '1 day';
  return `${Math.floor(minutes / (24 * 60))} days`;
}

const people = (n) => (n === 1 ? '1 person' : `${n} people`);
const percent = (part, all) => `${((100 * Math.max(part, 0)) / Math.max(all, 1)).toFixed(1)}%`;

function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// ---- The door: the code of a QR code stands in the fragment, which no server sees ----

function door() {
  const code = location.hash.slice(1);
  if (!/^[A-Za-z0-9-]{4,20}$/.test(code)) return;
  $('#door-line').textContent += ` ${code}`;
  $('#door-code-hint').textContent = 'The code is in the line. It ends when whoever leads the session makes a new one.';
}

// ---- The board ----

function board() {
  const statusWords = JSON.parse(document.body.dataset.words);
  const slots = slotsOf(document.body, true);
  const lists = {};
  let last = null; // the newest view
  // By how much this clock is ahead of the board's. A view tells when it was made, which the board may have done a while ago:
  // the smallest difference is the right one.
  let ahead = Date.now() - Date.parse(document.body.dataset.at);
  let agenda = ''; // what the page was drawn for

  const now = () => Date.now() - ahead;

  // slotsOf finds the places to fill, by name; those of rows belong to the rows.
  function slotsOf(root, outside) {
    const found = {};
    for (const e of root.querySelectorAll('[data-f]')) {
      if (!outside || !e.closest('[data-rows]')) found[e.dataset.f] = e;
    }
    return found;
  }

  function say(e, text) {
    text = String(text);
    if (e && e.textContent !== text) e.textContent = text;
  }

  function set(e, name, value) {
    if (e && e.getAttribute(name) !== value) e.setAttribute(name, value);
  }

  function since(e, at) {
    set(e, 'datetime', at);
    say(e, at ? span(now() - Date.parse(at)) : '');
  }

  // rows makes a list show the items in their order. A row that stays is the same element as before.
  function rows(name, items, keyOf, fill) {
    const list = (lists[name] ??= { root: $(`[data-rows="${name}"]`), template: $(`#${name}-row`).content.firstElementChild, known: new Map() });
    if (list.known.size === 0) {
      for (const e of list.root.children) list.known.set(e.dataset.key, { e, slots: slotsOf(e) });
    }
    const none = items.length === 0;
    items = fold(name, items);
    const keys = new Set(items.map(keyOf));
    for (const [key, row] of list.known) {
      if (!keys.has(key)) {
        row.e.remove();
        list.known.delete(key);
      }
    }
    let place = list.root.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let row = list.known.get(key);
      if (!row) {
        const e = list.template.cloneNode(true);
        e.dataset.key = key;
        row = { e, slots: slotsOf(e) };
        list.known.set(key, row);
      }
      fill(row.slots, item);
      if (row.e === place) place = place.nextElementSibling;
      else list.root.insertBefore(row.e, place);
    }
    for (const e of document.querySelectorAll(`[data-empty="${name}"]`)) e.hidden = !none;
    const table = $(`[data-table="${name}"]`);
    if (table) table.hidden = none;
  }

  function show(v) {
    ahead = Math.min(ahead, Date.now() - Date.parse(v.at));
    if (!v.agenda?.steps[v.agenda.step]) v.agenda = null; // as the server draws it
    if (agendaChanged(v.agenda)) {
      location.reload();
      return;
    }
    const all = v.people.length;
    say(slots.room, v.room);
    document.title = `${v.room} · Leakproof board`;
    say(slots.people, people(all));
    $('.still').hidden = !v.still_since;
    $('.none').hidden = Boolean(v.still_since);
    since(slots.still, v.still_since || '');
    $('main').classList.toggle('nobody', all === 0);

    lay(v);

    const code = v.code.code;
    say(slots['join-line'], `${slots['join-line'].textContent.split(' ').slice(0, 3).join(' ')}${code ? ` ${code}` : ''}`);
    say(slots.code, code);
    slots.qr.hidden = !code;
    if (last && last.code.code !== code) slots.qr.src = `/join.svg?since=${Date.parse(v.at)}`;
    say(slots['as-of'], new Date(v.at).toLocaleString([], { dateStyle: 'long', timeStyle: 'short' }));
    last = v;
    step();
    tick();
  }

  // lay fills the lists.
  function lay(v) {
    const all = v.people.length;
    rows('stuck', v.stuck, (s) => `${s.kata} ${s.id}`, (f, s) => {
      say(f.people, s.people);
      say(f.all, all);
      say(f.truth, s.truth);
      say(f.says, s.says);
      say(f.kata, s.kata);
      say(f.tests, s.tests.join(', '));
      since(f.since, s.since);
      set(f.bar, 'width', percent(s.people, all));
    });
    rows('katas', v.katas, (k) => k.kata, (f, k) => {
      for (const name of ['kata', 'started', 'solved', 'stuck']) say(f[name], k[name]);
      set(f['bar-started'], 'width', percent(k.started, all));
      set(f['bar-solved'], 'width', percent(k.solved, all));
      set(f['bar-stuck'], 'x', percent(k.started - k.stuck, all));
      set(f['bar-stuck'], 'width', percent(k.stuck, all));
    });
    rows('people', v.people, (p) => p.participant, (f, p) => {
      say(f.name, p.name);
      if (p.left_at) {
        person(f, p.kata || p.lesson || '', 'left', '', p.left_at);
      } else if (p.kata) {
        person(f, p.kata, statusWords[p.status || ''] ?? p.status, p.status || '', p.since);
      } else if (p.lesson) {
        person(f, p.lesson, 'reading', '', p.last_at);
      } else {
        person(f, '', 'joined', '', p.joined_at);
      }
    });
  }

  function person(f, where, word, status, at) {
    say(f.where, where);
    say(f.status, word);
    set(f.status, 'data-status', status);
    since(f.since, at);
  }

  // ---- The agenda ----

  // agendaChanged reports whether the plan is another than the one that was drawn: its text is Markdown, which the server renders.
  function agendaChanged(a) {
    const drawn = [...document.querySelectorAll('#steps li span')].map((e) => e.textContent);
    const titles = a ? a.steps.map((s) => s.title) : [];
    const before = agenda;
    agenda = a ? JSON.stringify(a.steps) : '';
    return JSON.stringify(drawn) !== JSON.stringify(titles) || (last !== null && before !== agenda);
  }

  function step() {
    const a = last.agenda;
    if (!a) return;
    const current = a.steps[a.step];
    say(slots.step, a.step + 1);
    say(slots['step-title'], current.title);
    document.querySelectorAll('[data-step]').forEach((e, i) => { e.hidden = i !== a.step; });
    document.querySelectorAll('#steps li').forEach((e, i) => {
      if (i === a.step) e.setAttribute('aria-current', 'step');
      else e.removeAttribute('aria-current');
    });
    // A button that has the focus keeps it: disabled it would lose it.
    $('#previous').setAttribute('aria-disabled', String(a.step === 0));
    say($('#next'), a.began ? 'Next step' : 'Start');
    $('#next').setAttribute('aria-disabled', String(Boolean(a.began) && a.step === a.steps.length - 1));
    set(slots.timer, 'data-began', a.began || '');
    set(slots.timer, 'data-minutes', String(current.minutes));
  }

  function timer() {
    if (!slots.timer) return;
    const limit = Number(slots.timer.dataset.minutes) * 60000;
    const began = slots.timer.dataset.began;
    const timed = limit > 0 && Boolean(began);
    $('.timer').hidden = !timed;
    const spent = timed ? Math.max(0, now() - Date.parse(began)) : 0;
    const over = spent > limit;
    if (timed) {
      say(slots.timer, clock(over ? spent - limit : limit - spent));
      say(slots['timer-word'], over ? 'over' : 'left');
    }
    $('.timer').classList.toggle('over', timed && over);
    set(slots['timer-bar'], 'width', percent(Math.min(spent, limit), limit));
  }

  // tick brings what says how long something lasts up to date.
  function tick() {
    for (const e of document.querySelectorAll('time[data-span]')) {
      if (e.dateTime) say(e, span(now() - Date.parse(e.dateTime)));
    }
    if (last) {
      until(last.code);
      news();
    }
    timer();
  }

  function until(code) {
    if (!code.code) say(slots.until, 'This board does not know the join code any more. Make a new one.');
    else if (Date.parse(code.expires) <= now()) say(slots.until, 'It has expired. Make a new one.');
    else say(slots.until, `It holds for ${span(Date.parse(code.expires) - now())}.`);
  }

  // ---- What a screen reader is told: changes, in two sentences at most, and not more often than it can read them ----

  let told = null; // the view of the last sentence
  let toldAt = 0;

  function news() {
    if (!told) told = last;
    if (told === last || performance.now() - toldAt < 5000) return;
    const before = new Map(told.stuck.map((s) => [`${s.kata} ${s.id}`, s.people]));
    const said = [];
    const a = last.agenda;
    if (a && told.agenda && a.step !== told.agenda.step) said.push(`Step ${a.step + 1}: ${a.steps[a.step].title}.`);
    for (const s of last.stuck) {
      if (s.people > (before.get(`${s.kata} ${s.id}`) || 0)) said.push(`${people(s.people)} stuck in ${s.kata}. Say: ${s.truth}`);
    }
    const came = last.people.length - told.people.length;
    if (came > 0) said.push(`${people(came)} joined.`);
    told = last;
    if (said.length === 0) return;
    toldAt = performance.now();
    say($('#news'), said.slice(0, 2).join(' '));
  }

  // ---- Long lists show their first rows, unless all are asked for or the page is printed ----

  const shownAtFirst = { stuck: 5, people: 200 };
  const unfolded = new Set();
  let printing = false;

  function fold(name, items) {
    const most = shownAtFirst[name];
    if (!most) return items;
    const button = $(`[data-more="${name}"]`);
    const many = items.length > most;
    if (!many && button === document.activeElement) button.closest('section').focus();
    button.hidden = !many;
    button.setAttribute('aria-expanded', String(unfolded.has(name)));
    say(button, unfolded.has(name) ? `Show the first ${most}` : `Show all ${items.length}`);
    return unfolded.has(name) || printing ? items : items.slice(0, most);
  }

  // ---- What the facilitator does ----

  async function post(path, body) {
    const notice = $('#notice');
    try {
      const answer = await fetch(path, {
        method: 'POST', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'X-Leakproof-CSRF': $('meta[name=csrf]').content },
      });
      if (answer.status === 401) { location.reload(); return; }
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.error.message);
      notice.hidden = true;
    } catch (err) {
      notice.textContent = err instanceof TypeError ? 'The board does not answer. Nothing was changed; try again.' : err.message;
      notice.hidden = false;
    }
  }

  function move(by) {
    const a = last?.agenda;
    if (a && a.steps[a.step + by]) post('/api/step', { step: a.step + by });
  }

  function on(id, does) {
    const e = $(`#${id}`);
    if (!e) return;
    e.hidden = false;
    e.disabled = false;
    e.addEventListener('click', does);
  }

  // ---- The stream ----

  const link = $('#link');
  let attempt = 0;
  let lostAt = null;

  function connect() {
    const source = new EventSource('/api/stream');
    source.addEventListener('view', (e) => {
      attempt = 0;
      lostAt = null;
      state('live', 'Live');
      show(JSON.parse(e.data));
    });
    source.addEventListener('error', () => {
      source.close();
      lostAt ??= new Date();
      state('lost', `Connection lost at ${lostAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}, trying again. This is the room as it was then.`);
      const wait = Math.min(30000, 1000 * 2 ** attempt++) * (0.5 + Math.random() / 2);
      setTimeout(reconnect, wait);
    });
  }

  // reconnect asks first whether the cookie still opens the page: an EventSource does not tell why it fails.
  async function reconnect() {
    const answer = await fetch('/api/view').catch(() => null);
    if (answer?.status === 401) {
      location.reload();
      return;
    }
    if (answer?.ok) ahead = Date.now() - Date.parse((await answer.json()).at); // the machine may have slept
    connect();
  }

  function state(name, text) {
    link.dataset.state = name;
    document.body.classList.toggle('lost', name === 'lost');
    say(link, text);
  }

  // ---- Begin ----

  for (const e of document.querySelectorAll('details.script')) e.hidden = false;
  on('previous', () => move(-1));
  on('next', () => move(last?.agenda?.began ? 1 : 0));
  on('print', () => window.print());
  on('make-code', async () => {
    await post('/api/code', { hours: 0 });
    $('#new-code').open = false;
    $('#new-code summary').focus();
  });
  for (const name of Object.keys(shownAtFirst)) {
    $(`[data-more="${name}"]`).addEventListener('click', () => {
      if (!unfolded.delete(name)) unfolded.add(name);
      lay(last);
    });
  }
  for (const [event, now] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      printing = now;
      if (last) lay(last);
    });
  }
  if (navigator.clipboard) {
    on('copy', async () => {
      await navigator.clipboard.writeText(slots['join-line'].textContent);
      say($('#copy'), 'Copied');
      setTimeout(() => say($('#copy'), 'Copy the line'), 2000);
    });
  }
  setInterval(tick, 1000);
  connect();
}

if (document.body.id === 'board') board();
else door();
