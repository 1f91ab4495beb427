import { expect, it } from "vitest";
import { akoolCodes, getAkoolCode } from "../../src/akool/codes.ts";
import { AkoolError } from "../../src/akool/errors.ts";
import type { FailureReason } from "../../src/job/failure.ts";

/** Every code AKOOL documents, by what a person is told. Source: AKOOL API reference, "Error Code". */
const documented: Partial<Record<FailureReason, readonly number[]>> = {
  akool_parameter: [1003],
  akool_busy: [1005],
  akool_too_many_faces: [1007],
  akool_permission: [1009],
  akool_out_of_credit: [1006, 1103, 1104],
  akool_key_refused: [1101, 1102],
  akool_account: [1004, 1109, 1200, 1213, 1221],
  akool_media_unusable: [1015, 1108, 1208, 1209, 1210],
  akool_speech_unusable: [1013, 1017, 1110, 1112, 1201, 1203],
  akool_too_long: [1204],
  akool_too_big: [1207],
  akool_error: [
    1008, 1010, 1011, 1014, 1016, 1105, 1111, 1202, 1205, 1206, 1211, 1212, 1214, 1215, 1216, 1217, 1218,
    1219, 1220, 1222, 1223,
  ],
};

it.each(Object.entries(documented))("tells %s apart", (reason, codes) => {
  for (const code of codes ?? []) expect([code, akoolCodes.get(code)?.reason]).toEqual([code, reason]);
});

it("holds every documented failure and no other", () => {
  const all = Object.values(documented).flat().sort();
  expect([...akoolCodes.keys()].sort()).toEqual(all);
});

it("lets an order be sent once more only for the codes where that can help", () => {
  const again = [...akoolCodes].filter(([, { retries }]) => retries > 0).map(([code]) => code);
  expect(again).toEqual([1015, 1105, 1110, 1111, 1112, 1201, 1205, 1211]);
});

it("takes a code it does not know for final", () => {
  expect(getAkoolCode(1)).toMatchObject({ reason: "akool_error", retries: 0 });
});

it("says in an error what was called, what was wrong, and the code", () => {
  const error = new AkoolError("POST createbytalkingphoto", getAkoolCode(1104).meaning, {
    code: 1104,
    httpStatus: 200,
  });
  expect(error.message).toBe("AKOOL POST createbytalkingphoto: insufficient credit (code 1104)");
  expect(error).toMatchObject({ code: 1104, httpStatus: 200, call: "POST createbytalkingphoto" });
});
