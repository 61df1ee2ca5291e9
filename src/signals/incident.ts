/** Something that whoever runs the server wants to know of, beside what happens to projections. Without values and tokens. */
export type Incident =
  | {
      /** A request was answered with a 5xx status. */
      readonly kind: 'request-failed';
      readonly method: string;
      /** The pattern of the path, such as `/views/:view`. */
      readonly route: string;
      readonly status: number;
      readonly code: string;
      readonly requestId: string | undefined;
      readonly traceId: string | undefined;
    }
  | {
      /** A query took longer than `slowQuerySeconds`. */
      readonly kind: 'slow-query';
      /** Or `rpc/<name>` for a named query. */
      readonly view: string;
      readonly asOf: AsOf;
      readonly seconds: number;
      /** What the query string names, without the values. */
      readonly parameters: readonly string[];
      readonly requestId: string | undefined;
      readonly traceId: string | undefined;
    };

/** Whether a query was about the views as they are, or as they were. */
export type AsOf = 'now' | 'past';

export type OnIncident = (incident: Incident) => void;
