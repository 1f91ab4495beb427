import type { Case } from "./case.ts";
import type { Door } from "./doors.ts";
import { type Fault, incomingFaults, singleFaults } from "./faults.ts";
import type { Ending } from "./outcome.ts";
import type { Random } from "./random.ts";

const DOORS_HERE: readonly Door[] = ["command", "share", "direct"];

/** Each fault by itself, through a door and in a mode that the seed picks. */
export function singleFaultCases(random: Random): Case[] {
  return [...singleFaults(), ...incomingFaults()].map((fault) => caseOf([fault], random));
}

/** Two of them in one life of a job. */
export function pairedFaultCases(count: number, random: Random): Case[] {
  const faults = [...singleFaults(), ...incomingFaults()].filter((fault) => !fault.alone);
  const cases: Case[] = [];
  while (cases.length < count) {
    const pair = [random.pick(faults), random.pick(faults)] as const;
    if (areCompatible(...pair)) cases.push(caseOf(pair, random));
  }
  return cases;
}

function areCompatible(one: Fault, other: Fault): boolean {
  const options = ({ world = {} }: Fault) => [
    ...Object.keys(world.akool ?? {}),
    ...Object.keys(world.slack ?? {}),
  ];
  return (
    one.name.split(":")[0] !== other.name.split(":")[0] &&
    !options(one).some((option) => options(other).includes(option)) &&
    !(one.needs && other.needs && one.needs !== other.needs) &&
    doorsOf([one, other]).length > 0
  );
}

function doorsOf(faults: readonly Fault[]): Door[] {
  return DOORS_HERE.filter((door) => faults.every((fault) => fault.doors?.includes(door) ?? true));
}

function caseOf(faults: readonly Fault[], random: Random): Case {
  const door = random.pick(doorsOf(faults));
  const needs = faults.find((fault) => fault.needs)?.needs;
  const polling = needs ? needs === "polling" : random.next() < 1 / 3;
  const point = faults.map((fault) => fault.name).join(" & ");
  return {
    name: `${point} (${door}${polling ? ", polling" : ""})`,
    point,
    group: faults.length > 1 ? "two at once" : (faults[0]?.group ?? ""),
    door,
    world: {
      polling,
      akool: Object.assign({}, ...faults.map((fault) => fault.world?.akool)),
      slack: Object.assign({}, ...faults.map((fault) => fault.world?.slack)),
      env: Object.assign({}, ...faults.map((fault) => fault.world?.env)),
    },
    kills: [],
    mustFire: true,
    arrange: (world) => {
      for (const fault of faults) fault.arrange?.(world);
    },
    meanwhile: async (world, request) => {
      for (const fault of faults) await fault.meanwhile?.(world, request);
    },
    endings: endingsOf(faults, polling),
    mayLoseJobMessage: faults.some((fault) => fault.losesJobMessage),
    sharedTwiceBySlack: faults.some((fault) => fault.sharedTwiceBySlack),
    webhooksByHand: faults.some((fault) => fault.webhooksByHand),
  };
}

/** A lost create whose order AKOOL took is found by its webhook; without one, only the person can decide. */
function endingsOf(faults: readonly Fault[], polling: boolean): Ending[] {
  const noWebhook = polling || faults.some((fault) => fault.noWebhook);
  const asked = faults.some(
    ({ losesCreate }) => losesCreate === "untaken" || (losesCreate === "taken" && noWebhook),
  );
  const each = faults.flatMap((fault) => fault.endings ?? ["video" as const]);
  if (!asked) return [...new Set(each)];
  return faults.length === 1 ? ["question"] : [...new Set([...each, "question" as const])];
}
