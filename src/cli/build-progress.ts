import type { BuildStatus } from '../engine/states/status.ts';
import type { Journal } from './journal/journal.ts';
import { duration, grouped } from './numbers.ts';
import type { ProgressDisplay } from './progress.ts';

/** Milliseconds between two looks at the builds that are under way. */
const LOOK_INTERVAL = 100;

/** Milliseconds between two entries of a build in a journal for programs. */
const ENTRY_INTERVAL = 10_000;

interface Standing {
  readonly name: string;
  readonly head: number;
  readonly build: BuildStatus | null;
}

interface StandingBuild extends Standing {
  readonly build: BuildStatus;
}

/** Where it is shown how a build goes. */
export interface BuildDisplay {
  show(standing: StandingBuild): void;
  end(): void;
}

/** A bar, or a line now and then. */
export function onDisplay(progress: ProgressDisplay): BuildDisplay {
  return {
    show: ({ name, build, head }) =>
      progress.show({ title: `Building ${name}`, done: build.position, total: head }),
    end: () => progress.end(),
  };
}

/** Entries of a journal, seldom enough to be read afterwards; a build that is soon over makes none. */
export function inJournal(journal: Journal): BuildDisplay {
  let shown = '';
  let since = 0;
  return {
    show: ({ name, head, build }) => {
      const { generation, position, rate, secondsLeft } = build;
      const now = performance.now();
      const id = `${name} ${generation}`;
      if (id !== shown) [shown, since] = [id, now];
      if (now - since < ENTRY_INTERVAL) return;
      since = now;
      const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
      const text = `${name}: generation ${generation} is built up to position ${grouped(position)} of ${grouped(head)}${left}`;
      journal.write('info', 'projection.building', text, {
        projection: name,
        generation,
        position,
        head,
        rate,
        secondsLeft,
      });
    },
    end: () => {
      shown = '';
    },
  };
}

/** Shows how builds go, whatever has begun them, and looks at nothing while there are none. */
export class BuildProgress {
  readonly #display: BuildDisplay;
  readonly #ended: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  constructor(display: BuildDisplay, ended: AbortSignal) {
    this.#display = display;
    ended.addEventListener('abort', () => this.#end());
    this.#ended = ended;
  }

  /** To be called when a build has begun: `statuses` is looked at until no build is left. */
  begin(statuses: () => readonly Standing[]): void {
    if (this.#ended.aborted) return;
    this.#timer ??= setInterval(() => {
      const building = statuses().find(isUnderWay);
      if (building === undefined) this.#end();
      else this.#display.show(building);
    }, LOOK_INTERVAL);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#display.end();
  }
}

function isUnderWay(standing: Standing): standing is StandingBuild {
  return standing.build !== null;
}
