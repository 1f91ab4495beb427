/**
 * Every wait the program chooses, in milliseconds, already divided by TIME_SCALE. Timeouts of one network
 * call and a service's Retry-After are not here: they are never scaled.
 */
export interface Waits {
  /** First retry of a step that failed; doubles up to `retryMax`. */
  readonly retryFirst: number;
  readonly retryMax: number;
  /** Between two edits of one job message. */
  readonly editSpacing: number;
  /** Posting that is over within this is not worth an edit of its own. */
  readonly postingQuiet: number;
  /** How often a job in line looks whether it is its turn; a freed slot wakes it at once. */
  readonly lineCheck: number;
  /** Far back in a long line the number changes often and matters little. */
  readonly lineCheckMax: number;
  /** How long evidence of a create whose answer was lost is waited for. */
  readonly settle: number;
  readonly renderDeadline: number;
  /** AKOOL keeps results for 7 days; then a render that never finished is given up. */
  readonly renderGiveUp: number;
  /** An id AKOOL says it does not know, just after it gave it to us. */
  readonly unknownRenderGrace: number;
  /** Between two looks at a render when no webhook can be relied on. */
  readonly pollFast: number;
  /** The longest gap between two looks while webhooks arrive. */
  readonly pollSparse: number;
  readonly pollOverdue: number;
  /** First look for the share after completing an upload, a moment that nearly always suffices; then three times as long each time. */
  readonly shareLookFirst: number;
  readonly shareLookMax: number;
  /** No share by then: complete the same file again. */
  readonly shareDeadline: number;
  /** Between two tries of a delivery that Slack refused and that somebody may have put right. */
  readonly undeliverableRetry: number;
  readonly undeliverableGiveUp: number;
  /** How long something that is missing, or a decision about it, is waited for before anything is paid. */
  readonly chooseFor: number;
  /** First look at words that become speech, which takes seconds; then one such wait longer each time. */
  readonly speechLook: number;
  /** How long a question ("Try again?") is kept open. */
  readonly askFor: number;
  /** Slack accepts a response_url for 30 minutes: Slack's limit, so it is not scaled. */
  readonly responseUrlLife: number;
  readonly capabilityLife: number;
  /** After a restart every job is looked at within this, one after another. */
  readonly resumeWithin: number;
  readonly resumeSpacing: number;
  /** The same between those that stand in line, up to `lineCheckMax`. */
  readonly resumeLineSpacing: number;
  /** Slack takes some 50 edits a minute. */
  readonly resumeEditSpacing: number;
  /** The net under lost wake-ups. */
  readonly sweep: number;
  /** How long a process that others can stand in for still takes requests once it is told to stop. */
  readonly drain: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function scaledWaits(settings: {
  timeScale: number;
  renderDeadlineMinutes: number;
  settleMinutes: number;
  /** Several processes: what one has announced as it died, another must find soon. */
  shared?: boolean;
}): Waits {
  const scaled = (ms: number) => ms / settings.timeScale;
  return {
    retryFirst: scaled(2 * SECOND),
    retryMax: scaled(MINUTE),
    editSpacing: scaled(3 * SECOND),
    postingQuiet: scaled(10 * SECOND),
    lineCheck: scaled(15 * SECOND),
    lineCheckMax: scaled(30 * MINUTE),
    settle: scaled(settings.settleMinutes * MINUTE),
    renderDeadline: scaled(settings.renderDeadlineMinutes * MINUTE),
    renderGiveUp: scaled(7 * DAY),
    unknownRenderGrace: scaled(2 * MINUTE),
    pollFast: scaled(5 * SECOND),
    pollSparse: scaled(30 * SECOND),
    pollOverdue: scaled(2 * MINUTE),
    shareLookFirst: scaled(SECOND),
    shareLookMax: scaled(15 * SECOND),
    shareDeadline: scaled(90 * SECOND),
    undeliverableRetry: scaled(10 * MINUTE),
    undeliverableGiveUp: scaled(6 * DAY),
    chooseFor: scaled(DAY),
    speechLook: scaled(SECOND),
    askFor: scaled(7 * DAY),
    responseUrlLife: 29 * MINUTE,
    capabilityLife: scaled((settings.renderDeadlineMinutes + settings.settleMinutes + 60) * MINUTE),
    resumeWithin: scaled(4 * SECOND),
    resumeSpacing: scaled(4),
    resumeLineSpacing: scaled(200),
    resumeEditSpacing: scaled(1200),
    drain: scaled(5 * SECOND),
    sweep: scaled((settings.shared ? 5 : 30) * SECOND),
  };
}

/** 2, 4, 8 … up to the longest: `tries` is how many have failed already. */
export function backoff(waits: Waits, tries: number): number {
  return Math.min(waits.retryMax, waits.retryFirst * 2 ** Math.min(tries, 20));
}
