/** The frame of all messages in HTML. */
import { html, type Markup } from './markup.ts';
import { sheet } from './sheet.ts';
import { styles } from './styles.ts';

interface Page {
  readonly title: string;
  readonly cards: readonly Markup[];
  readonly foot: readonly string[];
}

/** The whole document. Outlook, which knows no largest width, is given a table of that width around it. */
export const page = ({ title: name, cards, foot }: Page): Markup =>
  html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta
          name="format-detection"
          content="telephone=no, date=no, address=no, email=no, url=no"
        />
        <title>${name}</title>
        <style>
          ${sheet}
        </style>
      </head>
      <body class="page" style="${styles.page}">
        <table
          class="ground"
          role="presentation"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          style="${styles.ground}"
        >
          <tr>
            <td class="edge" align="center" style="padding:20px 12px;">
              <!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
              <table
                class="column"
                role="presentation"
                cellpadding="0"
                cellspacing="0"
                style="${styles.column}"
              >
                ${cards}
                <tr>
                  <td class="foot muted" style="${styles.foot}">
                    ${foot.map((line) => html`<div>${line}</div>`)}
                  </td>
                </tr>
              </table>
              <!--[if mso]></td></tr></table><![endif]-->
            </td>
          </tr>
        </table>
      </body>
    </html> `;
