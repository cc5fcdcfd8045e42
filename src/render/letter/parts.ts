/** Pieces that all messages in HTML are made of. */
import type { Severity } from '../../core/statuses.ts';
import type { Fact, Safety } from './facts.ts';
import { html, nothing, type Markup } from './markup.ts';
import { cardStyle, pillStyle, styles } from './styles.ts';

export const pill = (severity: Severity, word: string): Markup =>
  html`<span style="${pillStyle(severity)}">${word}</span>`;

/** Of a line in a list: what is well stays in the background, but where it is the news. */
export const smallPill = (severity: Severity, word: string, isNews = false): Markup =>
  severity === 'ok' && !isNews
    ? html`<span class="calm" style="${styles.calm}">${word}</span>`
    : html`<span style="${pillStyle(severity, true)}">${word}</span>`;

const moment = /(\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}Z)?(?: UTC)?)?)/;

/** Text in which times stay on one line: a browser would break them at each hyphen. */
export const dated = (text: string): Markup =>
  // What a pattern in brackets has matched is every second part.
  text
    .split(moment)
    .reduce(
      (before, part, index) =>
        index % 2 === 0
          ? html`${before}${spaced(part)}`
          : html`${before}<span style="${styles.moment}">${part}</span>`,
      nothing,
    );

/** The builder trims text, and the formatter templates; what stands beside a time keeps its space. */
const space = html`&#32;`;

const spaced = (part: string): Markup =>
  html`${part.startsWith(' ') ? space : nothing}${part}${/. $/.test(part) ? space : nothing}`;

export const headline = (text: string): Markup =>
  html`<h1 class="headline" style="${styles.headline}">${dated(text)}</h1>`;

export const note = (text: string): Markup =>
  html`<p class="muted" style="${styles.note}">${dated(text)}</p>`;

export const title = (text: string): Markup =>
  html`<p class="muted" style="${styles.title}">${text}</p>`;

export const step = (text: string): Markup => html`<p style="${styles.step}">${dated(text)}</p>`;

/** One box for each: what is copied is one command. */
export const command = (text: string): Markup =>
  html`<div class="command" style="${styles.command}">${text}</div>`;

const code = (text: string): Markup => html`<span style="${styles.code}">${text}</span>`;

const factRow = ({ label, text, isCode }: Fact): Markup =>
  html`<tr>
    <th class="label line" scope="row" style="${styles.label}">${label}</th>
    <td class="value line" style="${styles.value}">${isCode ? code(text) : dated(text)}</td>
  </tr>`;

export const factTable = (facts: readonly Fact[]): Markup =>
  facts.length === 0
    ? nothing
    : html`<table cellpadding="0" cellspacing="0" style="${styles.facts}">
        ${facts.map(factRow)}
      </table>`;

export function safetyBox(safety: Safety | null): Markup {
  if (safety === null) return nothing;
  const { isSafe, text, path } = safety;
  const more = path === null ? nothing : html`<br />${code(path)}`;
  return isSafe
    ? html`<div class="safe" style="${styles.safe}">${dated(text)}${more}</div>`
    : html`<div class="unsafe" style="${styles.unsafe}">${dated(text)}${more}</div>`;
}

interface ListRow {
  readonly severity: Severity;
  readonly status: string;
  readonly name: string;
  readonly note: string;
  readonly isLost?: boolean;
}

/** A name and its status, and below both of them what there is to say; a sparkline at its end. */
export function listRow(row: ListRow, trend = ''): Markup {
  const { severity, status, name, note: text, isLost = false } = row;
  const [kind, style] = isLost ? ['danger', styles.rowDanger] : ['muted', styles.rowNote];
  return html`<tr>
      <td class="line" style="${styles.rowName}">${name}</td>
      <td class="line" style="${styles.rowStatus}">${smallPill(severity, status)}</td>
    </tr>
    <tr>
      <td class="${kind}" colspan="2" style="${style}">
        ${dated(text)}${trend === '' ? nothing : html` <span style="${styles.trend}">${trend}</span>`}
      </td>
    </tr>`;
}

export const list = (rows: readonly Markup[]): Markup =>
  rows.length === 0
    ? nothing
    : html`<table role="presentation" cellpadding="0" cellspacing="0" style="${styles.rows}">
        ${rows}
      </table>`;

/** A box with the bar of its severity above. */
export const card = (severity: Severity, content: readonly Markup[]): Markup =>
  html`<tr>
      <td class="card" style="${cardStyle(severity)}">${content}</td>
    </tr>
    <tr>
      <td style="${styles.gap}"></td>
    </tr>`;
