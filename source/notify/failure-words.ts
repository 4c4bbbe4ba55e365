/** Why something was not reached, in words where the system has only a code for it: `connect ECONNREFUSED 127.0.0.1:9`. */
export const failureWords = (error: Error): string => {
	const found = /\b(?<code>E[A-Z_]{3,})\b\s*(?<place>\S*)/v.exec(
		error.message,
	)?.groups;
	const words = wordsOf[found?.['code'] ?? ''];
	return words?.(found?.['place'] ?? '') ?? error.message;
};

const wordsOf: Readonly<Record<string, (place: string) => string>> = {
	ECONNREFUSED: (place) => `nobody listens at ${place}`,
	ECONNRESET: () => 'the connection was broken off',
	ENOTFOUND: (place) => `there is no machine named ${place}`,
	EAI_AGAIN: (place) => `the name ${place} could not be looked up`,
	EHOSTUNREACH: (place) => `${place} cannot be reached`,
	ENETUNREACH: (place) => `${place} cannot be reached`,
	ETIMEDOUT: (place) => `${place} did not answer`.trimStart(),
	ENOENT: () => 'it is not there',
	EACCES: () => 'it may not be run',
	EMFILE: () => 'no more files can be opened here',
	ENFILE: () => 'no more files can be opened on this machine',
};
