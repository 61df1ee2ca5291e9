/** How fast the playhead goes: through the whole log in so many seconds, or so many events a second. */
export interface Speed {
  readonly name: string;
  readonly seconds?: number;
  readonly events?: number;
}

export const SPEEDS: readonly Speed[] = [
  { name: 'all in 15 s', seconds: 15 },
  { name: 'all in 30 s', seconds: 30 },
  { name: 'all in 2 min', seconds: 120 },
  { name: '100 events/s', events: 100 },
  { name: '10 events/s', events: 10 },
  { name: '2 events/s', events: 2 },
];

export const USUAL_SPEED = SPEEDS[1] as Speed;

/** Events a second, through a log of so many. */
export function eventsPerSecond({ seconds = 30, events }: Speed, end: number): number {
  return events ?? end / seconds;
}
