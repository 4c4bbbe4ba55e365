/** An environment without the names that have no value. */
export const definedOnes = (
	environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
	const defined: Record<string, string> = {};
	for (const [name, value] of Object.entries(environment)) {
		if (value !== undefined) {
			defined[name] = value;
		}
	}

	return defined;
};
