import { z } from "zod";

/** Of Amazon's rules for names, what matters here: nothing in it has a meaning in an address. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:\/[\w-][\w.-]*)*\/?$/;
const REGION = /^[a-z0-9-]{1,40}$/;
/** What services other than Amazon call the one region that they have, or take for it. */
const ANY_REGION = "us-east-1";

export interface BucketUrl {
  readonly name: string;
  /** Of every key; empty, or ends in a slash. */
  readonly prefix: string;
  readonly region: string;
  /** Absent for Amazon's own. */
  readonly endpoint?: URL;
}

/** `s3://bucket/prefix?region=…&endpoint=…`. Whether the endpoint may be plain http is decided elsewhere. */
export function bucketUrl() {
  return z.string().transform((text, context): BucketUrl => {
    const bad = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const url = URL.parse(text);
    if (url?.protocol !== "s3:" || url.username || url.password || url.hash || url.port)
      return bad("must look like s3://bucket/prefix?region=…&endpoint=…");
    const { hostname: name, pathname, searchParams } = url;
    if (!BUCKET_NAME.test(name)) return bad("must have the name of the bucket after s3://");
    if (!PREFIX.test(pathname))
      return bad("must have a prefix of letters, digits, dots, dashes and slashes, or none");
    if ([...searchParams.keys()].some((key) => key !== "region" && key !== "endpoint"))
      return bad("must have nothing but region=… and endpoint=… after the ? (with & between them)");
    const region = searchParams.get("region") ?? undefined;
    if (region !== undefined && !REGION.test(region))
      return bad("must have a region such as region=eu-central-1");
    const endpoint = endpointOf(searchParams);
    if (endpoint === "bad") return bad("must have an endpoint that is an address with no path");
    if (!region && !endpoint)
      return bad("must say in which region the bucket is: add ?region=eu-central-1, or what it is");
    const prefix = pathname.replace(/^\/|\/$/g, "");
    return {
      name,
      prefix: prefix === "" ? "" : `${prefix}/`,
      region: region ?? ANY_REGION,
      ...(endpoint && { endpoint }),
    };
  });
}

function endpointOf(params: URLSearchParams): URL | "bad" | undefined {
  const text = params.get("endpoint");
  if (text === null) return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) return "bad";
  return url;
}
