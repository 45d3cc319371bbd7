// Where the threads of a call wait for each other. Its two words lie at the bottom of the threads' memory, which starts
// as zeros, and are as they were once all have passed.

const ARRIVED: usize = 64;
const PASSED: usize = 68;
/** Looks before a thread goes to sleep: the others are mostly a few microseconds behind. */
const SPINS: i32 = 20000;
const SECOND: i64 = 1000000000;
/** A thread that is never joined is lost: trapping says so, waiting on would not. */
const PATIENCE: i32 = 120;

/** Returns once all parts have called it. */
export function barrier(parts: usize): void {
  if (parts == 1) return;
  if (ASC_FEATURE_THREADS) {
    const passed = atomic.load<i32>(PASSED);
    if (atomic.add<i32>(ARRIVED, 1) == <i32>parts - 1) {
      atomic.store<i32>(ARRIVED, 0);
      atomic.add<i32>(PASSED, 1);
      atomic.notify(PASSED, -1);
      return;
    }
    for (let k: i32 = 0; k < SPINS; k++) if (atomic.load<i32>(PASSED) != passed) return;
    for (let k: i32 = 0; k < PATIENCE; k++) {
      atomic.wait<i32>(PASSED, passed, SECOND);
      if (atomic.load<i32>(PASSED) != passed) return;
    }
    unreachable();
  }
}
