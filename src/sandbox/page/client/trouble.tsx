import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { akoolCodes } from "../../../akool/codes.ts";
import type { Backstage } from "../snapshot.ts";
import type { Switches } from "../switches.ts";
import { useDoer, useSurroundings } from "./surroundings.ts";

const APP_STATE: Readonly<Record<Backstage["app"], string>> = {
  starting: "Starting…",
  running: "Running",
  stopped: "Stopped",
};

const FAILURES: readonly (readonly [value: string, text: string])[] = [
  ["", "No"],
  ["render", "The render ends as failed"],
  ...[...akoolCodes].map(([code, { meaning }]) => [`${code}`, `${code}: ${meaning}`] as const),
];
const WEBHOOKS: readonly (readonly [value: Switches["webhook"], text: string])[] = [
  ["once", "Comes once"],
  ["never", "Is lost"],
  ["twice", "Comes twice"],
  ["forged", "A forged one comes first"],
];
const SHARES: readonly (readonly [value: Switches["share"], text: string])[] = [
  ["at_once", "Shows up at once"],
  ["late", "Shows up late"],
  ["never", "Never shows up"],
];

/** Kills the app as a power cut would, and starts it on the same data. */
export function AppSwitch() {
  const perform = useDoer();
  const { app } = useSurroundings().snapshot.backstage;
  const [isBusy, setBusy] = useState(false);
  const press = async () => {
    if (isBusy || app === "starting") return;
    setBusy(true);
    await perform({ do: "app", how: app === "stopped" ? "start" : "kill" });
    setBusy(false);
  };
  return (
    <section class={`app-state app-${app}`} aria-label="The app">
      <p role="status">
        <span class="app-light" aria-hidden="true" />
        The app: <strong data-testid="app-state">{APP_STATE[app]}</strong>
      </p>
      <button
        type="button"
        class={app === "running" ? "button button-danger" : "button button-primary"}
        aria-disabled={isBusy || app === "starting"}
        onClick={press}
      >
        {app === "running" ? "Kill the app" : "Start it again"}
      </button>
    </section>
  );
}

export function Trouble() {
  const perform = useDoer();
  const { switches } = useSurroundings().snapshot.backstage;
  const set = (change: Partial<Switches>) => void perform({ do: "makeTrouble", switches: change });
  return (
    <section aria-label="Make trouble">
      <h3>Make trouble</h3>
      <div class="switches">
        <fieldset>
          <legend>AKOOL</legend>
          <RenderSeconds seconds={switches.renderSeconds} onSet={(renderSeconds) => set({ renderSeconds })} />
          <Choice
            label="Fails"
            value={`${switches.akoolFails ?? ""}`}
            options={withPresent(FAILURES, `${switches.akoolFails ?? ""}`)}
            onSet={(value) => set({ akoolFails: failureOf(value) })}
          />
          <Choice
            label="Webhook"
            value={switches.webhook}
            options={WEBHOOKS}
            onSet={(webhook) => set({ webhook })}
          />
          <Check
            label="Done, but without a URL at first"
            isOn={switches.doneWithoutUrl}
            onSet={(doneWithoutUrl) => set({ doneWithoutUrl })}
          />
        </fieldset>
        <fieldset>
          <legend>Slack</legend>
          <Choice
            label="Video upload"
            value={switches.share}
            options={SHARES}
            onSet={(share) => set({ share })}
          />
          <Check
            label="429 to every second post or edit"
            isOn={switches.slackRateLimits}
            onSet={(slackRateLimits) => set({ slackRateLimits })}
          />
        </fieldset>
      </div>
    </section>
  );
}

function RenderSeconds({ seconds, onSet }: { seconds: number; onSet: (seconds: number) => void }) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const keep = () => {
    const wanted = Number(typed);
    setTyped(undefined);
    if (typed === undefined || typed.trim() === "" || !(wanted >= 0 && wanted <= 600)) return;
    if (wanted !== seconds) onSet(wanted);
  };
  return (
    <Row id={id} label="A render takes, seconds">
      <input
        id={id}
        type="number"
        min={0}
        max={600}
        value={typed ?? `${seconds}`}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={keep}
        onKeyDown={(event) => event.key === "Enter" && keep()}
      />
    </Row>
  );
}

function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onSet: (value: T) => void;
}) {
  const id = useId();
  return (
    <Row id={id} label={props.label}>
      <select
        id={id}
        class="select"
        value={props.value}
        onChange={(event) => {
          const chosen = props.options.find(([value]) => value === event.currentTarget.value);
          if (chosen) props.onSet(chosen[0]);
        }}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Row>
  );
}

function Row({ id, label, children }: { id: string; label: string; children: ComponentChildren }) {
  return (
    <div class="switch-row">
      <label for={id}>{label}</label>
      {children}
    </div>
  );
}

function Check({ label, isOn, onSet }: { label: string; isOn: boolean; onSet: (isOn: boolean) => void }) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isOn} onChange={(event) => onSet(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

function failureOf(value: string): Switches["akoolFails"] {
  if (value === "") return null;
  return value === "render" ? value : Number(value);
}

/** A code may have been set from elsewhere. */
function withPresent(options: typeof FAILURES, value: string): typeof FAILURES {
  return options.some(([known]) => known === value) ? options : [...options, [value, value]];
}
