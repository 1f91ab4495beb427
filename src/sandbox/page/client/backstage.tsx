import type { PageCall, PageJob } from "../snapshot.ts";
import { useFollowBottom } from "./follow-bottom.ts";
import { useSurroundings } from "./surroundings.ts";
import { duration, exactTime } from "./times.ts";
import { AppSwitch, Trouble } from "./trouble.tsx";

/** The other side: what goes on between Slack, the app and AKOOL. */
export function BackstagePanel({ isOpen }: { isOpen: boolean }) {
  const { backstage } = useSurroundings().snapshot;
  return (
    <aside id="stage" class="stage" aria-label="Behind the scenes" hidden={!isOpen}>
      <header class="pane-head">
        <h2>Behind the scenes</h2>
        <p class="credit">
          AKOOL credit left: <strong data-testid="credit">{backstage.credit}</strong>
        </p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <div class="stage-inside" tabIndex={0}>
        <AppSwitch />
        <Trouble />
        <Jobs jobs={backstage.jobs} />
        <Calls calls={backstage.calls} />
      </div>
    </aside>
  );
}

function Jobs({ jobs }: { jobs: readonly PageJob[] }) {
  const { person } = useSurroundings();
  return (
    <section aria-label="Jobs">
      <h3>Jobs</h3>
      {jobs.length === 0 && <p class="nothing">None yet. Ask for a video, and its states show up here.</p>}
      <ul class="jobs">
        {jobs.map((job) => {
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
    </section>
  );
}

function Calls({ calls }: { calls: readonly PageCall[] }) {
  const { box } = useFollowBottom<HTMLElement>();
  return (
    <section aria-label="Requests" class="calls-section">
      <h3>
        Requests <span class="count-of">{calls.length}</span>
      </h3>
      {calls.length === 0 && <p class="nothing">None yet.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <section class="calls" ref={box} tabIndex={0} aria-label="List of requests">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Between</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call) => (
              <Call key={call.id} call={call} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Call({ call }: { call: PageCall }) {
  return (
    <tr class={call.isTrouble ? "is-trouble" : undefined} data-testid="call">
      <td class="call-time">{exactTime(call.at)}</td>
      <td class="call-way">
        <span class={`party party-${call.from}`}>{call.from}</span>
        <span aria-hidden="true"> → </span>
        <span class="hidden"> to </span>
        <span class={`party party-${call.to}`}>{call.to}</span>
      </td>
      <td class="call-what">{call.what}</td>
      <td class="call-outcome">
        {call.isTrouble && <span class="trouble-mark">Trouble</span>}
        {call.outcome === "" ? "under way" : call.outcome}
        {call.tookMs !== null && <span class="call-took"> {duration(call.tookMs)}</span>}
      </td>
    </tr>
  );
}
