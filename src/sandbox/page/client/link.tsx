import type { AnchorHTMLAttributes } from "preact";

/** Away from the page in a new tab; to another place of the page in this one, which knows who is looking. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const isOwn = href.startsWith(`${location.origin}/#`);
  return <a {...rest} href={href} {...(!isOwn && { target: "_blank", rel: "noreferrer" })} />;
}
