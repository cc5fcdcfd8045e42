/** What every way out has in common. */

/** One message in all the forms that a way out may need. Nothing in it can break a header or markup. */
export interface Parcel {
  /** Stable from attempt to attempt: `<…@…>`. */
  readonly messageId: string;
  /** Message-ID of the first message of its thread; null where it is that itself. */
  readonly thread: string | null;
  /** When it was composed, milliseconds UTC. */
  readonly at: number;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** One JSON document. */
  readonly json: string;
}

/** What became of one recipient. */
export interface Attempt {
  readonly recipient: string;
  /** null: accepted. Otherwise one line for people; words of the other side may be in it. */
  readonly error: string | null;
}

/** One way out. Trouble is an attempt's error, never an exception. */
export interface Transport {
  /**
   * @param recipients addresses; ways that have none are given the one name they are recorded under
   * @param signal ends the attempt at once; what is not known to be accepted by then was not
   * @returns one attempt for each recipient, in their order
   */
  readonly send: (
    parcel: Parcel,
    recipients: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly Attempt[]>;
  /** Lets go of connections. */
  readonly close: () => void;
}
