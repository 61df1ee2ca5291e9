import { fdatasync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What asks the disk to keep up while a file is filled. */
export interface Syncing {
  /** Asks for a sync of what is written by now, unless one is under way; returns at once. Throws what one failed with. */
  ask(): void;
  /** Resolves when none is under way. Rejects with what one failed with. */
  settled(): Promise<void>;
}

/**
 * Brings a file that SQLite fills without syncs to the disk while it grows, on libuv's threads: left to the sync at its
 * end, all of it is written at once, and whoever reads or syncs anything else on that disk waits behind it. A sync that
 * failed is never asked for again, as the next one would succeed without having written what the first was for
 * (https://wiki.postgresql.org/wiki/Fsync_Errors): the file is of no use any more.
 *
 * The descriptor is one of SQLite's own, so a connection has to be open for as long as this is used. To open another one
 * and close it again would drop the process's locks on the file (https://sqlite.org/howtocorrupt.html, "POSIX advisory
 * locks canceled by a separate thread doing close()"). Where the system does not tell a process's descriptors, nothing is
 * asked.
 */
export class EarlySync implements Syncing {
  readonly #descriptor: number | undefined;
  #underWay: Promise<void> | undefined;
  #fault: Error | undefined;

  constructor(path: string) {
    this.#descriptor = descriptorOf(path);
  }

  ask(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#descriptor === undefined || this.#underWay !== undefined) return;
    this.#underWay = this.#sync(this.#descriptor);
  }

  async settled(): Promise<void> {
    await this.#underWay;
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #sync(descriptor: number): Promise<void> {
    try {
      await datasync(descriptor);
    } catch (error) {
      this.#fault = error as Error;
    }
    this.#underWay = undefined;
  }
}

const datasync = promisify(fdatasync);

/** The descriptors of a process, as Linux shows them: https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html */
const DESCRIPTORS = '/proc/self/fd';

function descriptorOf(path: string): number | undefined {
  try {
    const file = realpathSync(path);
    const found = readdirSync(DESCRIPTORS).find((name) => leadsTo(name, file));
    return found === undefined ? undefined : Number(found);
  } catch {
    // Another system than Linux: the sync at the end writes it all.
    return undefined;
  }
}

function leadsTo(name: string, file: string): boolean {
  try {
    return readlinkSync(join(DESCRIPTORS, name)) === file;
  } catch {
    // Closed since it was listed.
    return false;
  }
}
