import fc, {type IAsyncProperty, type IProperty} from 'fast-check';

/** Checks a property with ever other cases for about so many milliseconds, and with a hundred at least, however slow the machine is. Fast-check's own limits of time fail where there was none for the first case, and leave the last one under way. */
export const assertFor = async <Values>(
	property: IAsyncProperty<Values> | IProperty<Values>,
	duration: number,
): Promise<void> => {
	const end = performance.now() + duration;
	do {
		await fc.assert(property, {numRuns: 100}); // eslint-disable-line no-await-in-loop -- round by round
	} while (performance.now() < end);
};
