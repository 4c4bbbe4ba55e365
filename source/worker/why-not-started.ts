/** Why a process was not started, in a sentence for whoever wanted it. */
export const whyNotStarted = (error: unknown): string => {
	if (!(error instanceof Error)) {
		return String(error);
	}

	const code = 'code' in error ? error.code : undefined;
	switch (code) {
		case 'E2BIG': {
			return 'The arguments and the environment are larger than the system takes for one process. Large attributes can be read from the file that LIFEBLOOD_ATTRIBUTES names.';
		}

		case 'EMFILE':
		case 'ENFILE': {
			return `No more files can be opened on this machine (${error.message}).`;
		}

		case 'EAGAIN': {
			return `This machine takes no more processes (${error.message}).`;
		}

		case 'ENOSPC': {
			return `The disk is full (${error.message}).`;
		}

		default: {
			return error.message;
		}
	}
};
