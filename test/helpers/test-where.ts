/* eslint-disable ava/no-ignored-test-files -- it defines tests for the files that call it */
import test, {type ExecutionContext} from 'ava';

/** A test of what not every machine has. Where something hinders it, it is skipped, and its title says what. */
export const testWhere = (
	hindrance: string | undefined,
	title: string,
	implementation: (t: ExecutionContext) => Promise<void>,
): void => {
	if (hindrance === undefined) {
		test.serial(title, implementation);
	} else {
		// eslint-disable-next-line ava/no-skip-test -- that is what this is for
		test.serial.skip(`${title} (skipped: ${hindrance})`, implementation);
	}
};
