import { z } from "zod";
import { type Method, method } from "./method.ts";

const access = method({
  name: "oauth.v2.access",
  takesJson: false,
  token: "none",
  args: z.object({
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
    grant_type: z.string().optional(),
    code: z.string().optional(),
    redirect_uri: z.string().optional(),
    refresh_token: z.string().optional(),
  }),
  run: (args, { oauth }) => oauth.access(args),
});

export const oauthMethods: readonly Method[] = [access];
