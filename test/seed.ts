/**
 * The seed of generated tests. It is the same in every run, so that a run tells about the change under test and not
 * about luck; `WSLOG_TEST_SEED=random`, or a number, looks elsewhere. A failure prints the seed it was found with.
 */
import fc from 'fast-check';

const wanted = process.env.WSLOG_TEST_SEED ?? '20261123';
fc.configureGlobal(wanted === 'random' ? {} : { seed: Number(wanted) });
