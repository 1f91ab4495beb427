import { useState } from "preact/hooks";
import type { PageCall, PageJob } from "../snapshot.ts";
import { useFollowBottom } from "./follow-bottom.ts";
import { Region } from "./region.tsx";
import { useSurroundings } from "./surroundings.ts";
import { duration, exactTime } from "./times.ts";
import { AppSwitch, Trouble } from "./trouble.tsx";

const JOBS_AT_FIRST = 3;

/** The other side: what goes on between Slack, the app and AKOOL. */
export function BackstagePanel({ isOpen }: { isOpen: boolean }) {
  const { backstage } = useSurroundings().snapshot;
  return (
    <section id="stage" class="stage" aria-label="Behind the scenes" hidden={!isOpen}>
      <Region>
        <header class="pane-head">
          <h2>Behind the scenes</h2>
          <p class="credit">
            AKOOL credit left <strong data-testid="credit">{Math.round(backstage.credit * 100) / 100}</strong>
          </p>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
        <div class="stage-inside" tabIndex={0}>
          <AppSwitch />
          <Trouble />
          <Jobs jobs={backstage.jobs} />
          <Calls calls={backstage.calls} />
        </div>
      </Region>
    </section>
  );
}

function Jobs({ jobs }: { jobs: readonly PageJob[] }) {
  const { person } = useSurroundings();
  const [showsAll, setShowAll] = useState(false);
  const shown = showsAll ? jobs : jobs.slice(0, JOBS_AT_FIRST);
  return (
    <section aria-label="Jobs">
      <h3>Jobs</h3>
      {jobs.length === 0 && <p class="nothing">None yet. Ask for a video, and its states show up here.</p>}
      <ul class="jobs">
        {shown.map((job) => {
          const startedAt = job.states[0]?.at ?? 0;
          return (
            <li key={job.id} class="job" data-testid="job">
              <p class="job-head">
                <strong>{person(job.requester)?.name ?? job.requester}</strong>
                <code>{job.id}</code>
                <span class={job.isOver ? "job-over" : "job-running"}>{job.isOver ? "Over" : "Running"}</span>
              </p>
              <ol class="job-states" aria-label={`States of job ${job.id}`}>
                {job.states.map(({ state, at }, index) => (
                  <li key={index} aria-current={index === job.states.length - 1 ? "step" : undefined}>
                    {state}{" "}
                    <span class="job-time">
                      {index === 0 ? exactTime(at) : `+${duration(at - startedAt)}`}
                    </span>
                  </li>
                ))}
              </ol>
            </li>
          );
        })}
      </ul>
      {jobs.length > JOBS_AT_FIRST && (
        <button
          type="button"
          class="more-jobs"
          aria-expanded={showsAll}
          onClick={() => setShowAll(!showsAll)}
        >
          {showsAll ? "Fewer" : `All ${jobs.length} jobs`}
        </button>
      )}
    </section>
  );
}

function Calls({ calls }: { calls: readonly PageCall[] }) {
  const { box } = useFollowBottom();
  return (
    <section aria-label="Requests" class="calls-section">
      <h3>
        Requests <span class="count-of">{calls.length}</span>
      </h3>
      {calls.length === 0 && <p class="nothing">None yet.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <div class="calls" ref={box} tabIndex={0}>
        <ol aria-label="Requests, the newest last">
          {calls.map((call) => (
            <Call key={call.id} call={call} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Call({ call }: { call: PageCall }) {
  return (
    <li class={call.isTrouble ? "call is-trouble" : "call"} data-testid="call">
      <p class="call-head">
        <span class="call-time">{exactTime(call.at)}</span>
        <span>
          <span class={`party party-${call.from}`}>{call.from}</span>
          <span aria-hidden="true"> → </span>
          <span class="hidden"> to </span>
          <span class={`party party-${call.to}`}>{call.to}</span>
        </span>
        <span class="call-outcome">
          {call.isTrouble && <span class="trouble-mark">Trouble</span>}
          {call.outcome === "" ? "under way" : call.outcome}
          {call.tookMs !== null && <span class="call-took"> {duration(call.tookMs)}</span>}
        </span>
      </p>
      <p class="call-what">{call.what}</p>
    </li>
  );
}
