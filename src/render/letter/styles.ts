/**
 * How messages look. Every colour stands in the elements themselves, for mail programs that drop style sheets; sheet.ts brings what cannot
 * stand there. All pairs of text and ground have a contrast of 4.5:1 and more (WCAG AA).
 */
import type { Severity } from '../../core/statuses.ts';

const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

interface Colours {
  readonly ground: string;
  readonly text: string;
}

/** Of what names a severity, in both schemes. */
export const severityColours: Readonly<Record<Severity, Colours>> = {
  critical: { ground: '#b42318', text: '#ffffff' },
  warning: { ground: '#fbbf24', text: '#3b2300' },
  pending: { ground: '#57606a', text: '#ffffff' },
  ok: { ground: '#1a7f37', text: '#ffffff' },
};

const block = 'display:block;margin:0;';
const wrapping = 'overflow-wrap:anywhere;word-break:break-word;';

export const styles = {
  page: `margin:0;padding:0;background:#f1f3f5;color:#1f2328;font-family:${sans};font-size:15px;line-height:1.5;-webkit-text-size-adjust:100%;`,
  ground: 'background:#f1f3f5;',
  column: `width:100%;max-width:600px;font-family:${sans};font-size:15px;line-height:1.5;color:#1f2328;text-align:left;`,
  card: 'background:#ffffff;border:1px solid #d8dee4;border-radius:10px;padding:22px 24px 24px;',
  gap: 'height:14px;line-height:14px;font-size:1px;',
  headline: `${block}font-size:19px;line-height:1.35;font-weight:600;color:#1f2328;padding-top:12px;${wrapping}`,
  note: `${block}padding-top:10px;color:#57606a;${wrapping}`,
  name: `${block}padding-top:18px;font-weight:600;${wrapping}`,
  facts: 'width:100%;margin-top:14px;border-collapse:collapse;',
  label:
    'width:140px;padding:7px 14px 7px 0;border-top:1px solid #e7ebef;color:#57606a;font-size:13px;line-height:1.65;vertical-align:top;text-align:left;font-weight:400;',
  value: `padding:7px 0;border-top:1px solid #e7ebef;vertical-align:top;${wrapping}`,
  code: `font-family:${mono};font-size:12.5px;${wrapping}`,
  safe: `${block}margin-top:16px;padding:11px 14px;background:#e8f6ec;border-left:4px solid #1a7f37;border-radius:4px;color:#0f3d1e;${wrapping}`,
  unsafe: `${block}margin-top:16px;padding:11px 14px;background:#fdecea;border-left:4px solid #b42318;border-radius:4px;color:#7a1610;font-weight:600;${wrapping}`,
  title: `${block}padding-top:20px;font-size:13px;font-weight:600;color:#57606a;`,
  step: `${block}padding-top:4px;${wrapping}`,
  command: `${block}margin-top:10px;padding:10px 14px;background:#f1f3f5;border:1px solid #d8dee4;border-radius:6px;font-family:${mono};font-size:13.5px;color:#1f2328;-webkit-user-select:all;user-select:all;${wrapping}`,
  rows: 'width:100%;margin-top:14px;border-collapse:collapse;',
  row: `padding:8px 12px 8px 0;border-top:1px solid #e7ebef;vertical-align:top;${wrapping}`,
  rowStatus:
    'padding:9px 0 0;border-top:1px solid #e7ebef;vertical-align:top;text-align:right;width:1%;white-space:nowrap;',
  rowName: `padding:9px 12px 0 0;border-top:1px solid #e7ebef;vertical-align:top;font-weight:600;${wrapping}`,
  rowNote: `padding:0 0 9px;color:#57606a;font-size:13px;${wrapping}`,
  rowDanger: `padding:0 0 9px;color:#b42318;font-size:13px;font-weight:600;${wrapping}`,
  trend: 'letter-spacing:1px;white-space:nowrap;',
  moment: 'white-space:nowrap;',
  calm: 'color:#1a7f37;font-size:13px;white-space:nowrap;',
  foot: `padding:16px 24px 28px;color:#57606a;font-size:12.5px;${wrapping}`,
} as const;

/** A word on the colour of its severity. */
export function pillStyle(severity: Severity, isSmall = false): string {
  const { ground, text } = severityColours[severity];
  const size = isSmall
    ? 'font-size:11.5px;padding:2px 9px;'
    : 'font-size:12.5px;padding:4px 12px;letter-spacing:.04em;';
  return `display:inline-block;border-radius:999px;background:${ground};color:${text};font-weight:700;line-height:1.5;${size}`;
}

/** The bar above a card. */
export const cardStyle = (severity: Severity): string =>
  `${styles.card}border-top:5px solid ${severityColours[severity].ground};`;
