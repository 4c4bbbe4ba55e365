import path from 'node:path';
import {faultError} from '../config/fault.js';
import {absolute, expandHome} from '../config/folders.js';
import type {Host} from '../config/host.js';
import type {Loaded} from '../config/load.js';
import type {NotificationRuleSettings} from '../config/notification-settings.js';
import type {SchedulerSettings} from '../config/scheduler-settings.js';
import {readToml} from '../config/read-toml.js';
import {storedSecret} from '../config/stored-secret.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {NotificationRule} from '../core/notification.js';
import {createCommand} from '../notify/command.js';
import {createMail, type MailServer} from '../notify/mail.js';
import {parseWebhookSecret} from '../notify/signature.js';
import type {Target} from '../notify/target.js';
import {createWebhook} from '../notify/webhook.js';
import {version} from './version.js';

type Input = {
	readonly loaded: Pick<
		Loaded<SchedulerSettings>,
		'settings' | 'file' | 'configuration'
	>;
	readonly host: Host;
	readonly log: {readonly info: (message: string) => void};
};

/** The rules of the configuration, as turns go by them. */
export const notificationRules = (
	written: Readonly<Record<string, NotificationRuleSettings>>,
): NotificationRule[] =>
	Object.entries(written).map(([name, rule]) => ({
		name,
		events: rule.events,
		groups: rule.groups,
		creators: rule.creators,
		workers: rule.workers,
		minimumTasks: rule.minimum_tasks,
		minimumErrors: rule.minimum_errors,
	}));

/**
Whom the configuration's rules tell, by the rule's name. Secrets are read here.

@throws {FarmError} `INVALID`, naming the rule, where one cannot be what it says
*/
export const notificationTargets = async (
	input: Input,
): Promise<ReadonlyMap<string, Target>> => {
	const {notifications} = input.loaded.settings.scheduler;
	const targets = new Map<string, Target>();
	for (const [name, rule] of Object.entries(notifications)) {
		try {
			targets.set(name, await targetOf({name, rule}, input)); // eslint-disable-line no-await-in-loop -- in order
		} catch (error) {
			if (!(error instanceof FarmError)) {
				throw error;
			}

			const place = ['scheduler', 'notifications', name];
			const read = await readToml(input.loaded.file); // eslint-disable-line no-await-in-loop -- it goes no further
			throw faultError([
				{
					...(read.kind === 'read'
						? read.locate(place)
						: {where: input.loaded.file}),
					message: `${place.join('.')}: ${error.message}`,
				},
			]);
		}
	}

	return targets;
};

const targetOf = async (
	{
		name,
		rule,
	}: {readonly name: string; readonly rule: NotificationRuleSettings},
	input: Input,
): Promise<Target> => {
	const {settings} = input.loaded;
	const timeoutMs = settings.scheduler.delivery.timeout_s * 1000;
	if (rule.command !== undefined) {
		return createCommand({
			command: rule.command,
			folder: input.loaded.configuration.folder,
			environment: withoutSecrets(input),
			timeoutMs,
			onOutput(line) {
				input.log.info(`Notifications by ${name}: the command says: ${line}`);
			},
		});
	}

	if (rule.mail !== undefined) {
		const {mail} = settings.scheduler;
		return createMail({
			server: await mailServer(input),
			from: mail.from === '' ? `lifeblood@${input.host.name}` : mail.from,
			to: rule.mail,
			gatherMs: mail.gather_s * 1000,
			timeoutMs,
		});
	}

	const secret = await storedSecret({
		what: 'the secret that signs',
		file: besideFile(rule.secret_file, input),
		variable: rule.secret_variable,
		host: input.host,
	});
	return createWebhook({
		url: await webhookAddress(rule, input),
		secret: secret === undefined ? undefined : parseWebhookSecret(secret),
		timeoutMs,
		userAgent: `lifeblood/${version}`,
		clock: systemClock,
	});
};

const webhookAddress = async (
	rule: NotificationRuleSettings,
	input: Input,
): Promise<URL> => {
	const address =
		rule.webhook ??
		(await storedSecret({
			what: "the webhook's address",
			file: besideFile(rule.webhook_file, input),
			variable: undefined,
			host: input.host,
		}));
	const url = URL.parse(address ?? '');
	if (
		url === null ||
		!['http:', 'https:'].includes(url.protocol) ||
		url.username !== '' ||
		url.password !== ''
	) {
		throw new FarmError(
			'INVALID',
			`${rule.webhook_file} holds no http:// or https:// address without user and password.`,
		);
	}

	return url;
};

const mailServer = async (input: Input): Promise<MailServer> => {
	const {mail} = input.loaded.settings.scheduler;
	if (mail.host === '') {
		throw new FarmError(
			'INVALID',
			'Mail needs a server: set scheduler.mail.host.',
		);
	}

	const server = {host: mail.host, port: mail.port, security: mail.security};
	if (mail.user === '') {
		return {...server, login: undefined};
	}

	const password = await storedSecret({
		what: 'the password for mail',
		file: mail.password_file === '' ? undefined : mail.password_file,
		variable:
			mail.password_variable === '' ? undefined : mail.password_variable,
		host: input.host,
	});
	if (password === undefined) {
		throw new FarmError(
			'INVALID',
			'To log in as scheduler.mail.user a password is needed: set scheduler.mail.password_file or password_variable.',
		);
	}

	if (mail.security === 'none' && !isThisMachine(mail.host)) {
		throw new FarmError(
			'INVALID',
			'No password is sent over an open line: set scheduler.mail.security to "starttls" or "tls", or leave scheduler.mail.user out.',
		);
	}

	return {...server, login: {user: mail.user, password}};
};

const isThisMachine = (host: string): boolean =>
	['localhost', '127.0.0.1', '::1'].includes(host);

/** A relative path is meant from the file that it stands in. */
const besideFile = (
	written: string | undefined,
	{loaded, host}: Input,
): string | undefined =>
	written === undefined
		? undefined
		: absolute(host, expandHome(host, written), path.dirname(loaded.file));

/** What a command may know of the scheduler's environment: all but the secrets of others. */
const withoutSecrets = ({
	loaded: {settings},
	host,
}: Input): Readonly<Record<string, string | undefined>> => {
	const {mail, notifications} = settings.scheduler;
	const secret = new Set([
		mail.password_variable,
		...Object.values(notifications).map((rule) => rule.secret_variable),
	]);
	return Object.fromEntries(
		Object.entries(host.environment).filter(([name]) => !secret.has(name)),
	);
};
