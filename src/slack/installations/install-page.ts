import type { ServerResponse } from "node:http";
import type { Locale } from "../../words/sentences.ts";

export interface InstallPage {
  /** Of all the words on it. */
  readonly locale: Locale;
  readonly status: number;
  readonly title: string;
  /** Plain text, as is everything here: it is escaped. */
  readonly text: string;
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly setCookie?: string;
}

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1d1c1d}" +
  "a{display:inline-block;margin:.5rem 1rem .5rem 0}@media(prefers-color-scheme:dark){body{background:#1a1d21;color:#d1d2d3}a{color:#7db3ff}}";

/** The few words a person sees in the browser. Needs nothing but itself, runs nothing, is kept nowhere. */
export function sendInstallPage(response: ServerResponse, page: InstallPage): void {
  const links = page.links
    .map(({ text, href }) => `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`)
    .join("\n");
  const html = Buffer.from(`<!doctype html>
<html lang="${page.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.text)}</p>
<p>${links}</p>
</body>
</html>
`);
  response
    .writeHead(page.status, {
      "content-type": "text/html; charset=utf-8",
      "content-length": html.length,
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      // The address of this very page holds Slack's code.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      ...(page.setCookie === undefined ? {} : { "set-cookie": page.setCookie }),
    })
    .end(html);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
