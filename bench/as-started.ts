/** Loaded first (`node --import`), so that a side starts as the command line does. */
import { resolveDrizzleQuickly } from '../src/projection/quick-resolve.ts';

resolveDrizzleQuickly();
