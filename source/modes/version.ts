import packageJson from '../../package.json' with {type: 'json'};

/** Of the program, as `lifeblood --version` prints it and peers are told. */
export const {version} = packageJson;
