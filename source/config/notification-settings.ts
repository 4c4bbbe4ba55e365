import {z} from 'zod';
import {notificationEvents} from '../core/notification.js';
import {
	choice,
	seconds,
	section,
	setting,
	table,
	text,
	whole,
	port,
} from './setting.js';

const words = (what: string) =>
	z
		.array(z.string().min(1), `must be a list of ${what}, as in ["a", "b"]`)
		.min(1, `must name at least one of the ${what}`);

const patterns = words('name patterns').default(['*']);

const count = z
	.int('must be a whole number, 1 or more')
	.min(1, 'must be a whole number, 1 or more')
	.default(1);

const file = z
	.string('must be the path of a file, in quotes')
	.min(1, 'must be the path of a file, in quotes')
	.optional();

const webhook = z
	.string('must be an address in quotes')
	.refine(
		(address) => isWebhook(address),
		'must be an http:// or https:// address without user and password',
	)
	.optional();

const ways = ['command', 'webhook', 'webhook_file', 'mail'] as const;

/** Who is told of what, and how. */
export const notificationRule = z
	.strictObject({
		events: z
			.array(
				z.enum(
					notificationEvents,
					`must be one of ${notificationEvents.map((event) => `"${event}"`).join(', ')}`,
				),
				`must be a list of ${notificationEvents.map((event) => `"${event}"`).join(', ')}`,
			)
			.min(1, 'must name at least one event')
			.default([...notificationEvents]),
		command: words('arguments, the program first').optional(),
		webhook,
		webhook_file: file,
		secret_file: file,
		secret_variable: z
			.string('must be the name of a variable, in quotes')
			.min(1, 'must be the name of a variable, in quotes')
			.optional(),
		mail: words('addresses').optional(),
		groups: patterns,
		creators: patterns,
		workers: patterns,
		minimum_tasks: count,
		minimum_errors: count,
	})
	.superRefine((rule, context) => {
		const given = ways.filter((way) => rule[way] !== undefined);
		if (given.length !== 1) {
			context.addIssue(
				given.length === 0
					? `must say how to tell: one of ${ways.join(', ')}`
					: `must have only one of ${given.join(' and ')}: make a rule for each`,
			);
		}

		const isSigned =
			rule.secret_file !== undefined || rule.secret_variable !== undefined;
		if (
			isSigned &&
			rule.webhook === undefined &&
			rule.webhook_file === undefined
		) {
			context.addIssue('has a secret, which is only for a webhook');
		}

		if (rule.secret_file !== undefined && rule.secret_variable !== undefined) {
			context.addIssue('must have only one of secret_file and secret_variable');
		}
	});

export type NotificationRuleSettings = z.output<typeof notificationRule>;

/** Members of the scheduler's settings. */
export const notificationSettings = {
	notifications: setting(
		table({schema: notificationRule, must: 'a table with a rule'}),
		{
			default: {},
			example:
				'{events = ["group_finished", "group_errors"], groups = ["shot_*"], command = ["/usr/local/bin/tell-me"]}',
			description:
				'Who is told of what, by a name for each rule; docs/notifications.md explains it.',
		},
	),
	delivery: section('How notifications are delivered.', {
		settle_s: setting(seconds(0), {
			default: 2,
			description:
				'Seconds that a group has to rest before anybody is told that it has finished.',
		}),
		timeout_s: setting(seconds(0.1), {
			default: 30,
			description: 'Seconds that a command, a webhook or a mail may take.',
		}),
		attempts: setting(whole(1), {
			default: 12,
			description: 'How many times a delivery is tried.',
		}),
		retry_s: setting(seconds(0.01), {
			default: 5,
			description:
				'Seconds until the second attempt; each further one waits twice as long, up to a quarter of an hour.',
		}),
		keep_hours: setting(
			{
				schema: z.number().positive(),
				must: 'a number of hours, more than 0',
			},
			{
				default: 72,
				description:
					'Hours after which what could not be delivered is given up.',
			},
		),
		queue: setting(whole(1), {
			default: 1000,
			description:
				'The most that waits for delivery by one rule; of more, the oldest is given up.',
		}),
	}),
	mail: section('The server that takes mail.', {
		host: setting(text, {
			default: '',
			description: 'Its name or address; empty: no mail can be sent.',
		}),
		port: setting(port, {
			default: 587,
			description: 'Its port: usually 587 with starttls, 465 with tls.',
		}),
		security: setting(choice(['starttls', 'tls', 'none']), {
			default: 'starttls',
			description:
				'How the connection is encrypted: starttls, tls, or none, with which no password is sent but to this machine itself.',
		}),
		user: setting(text, {
			default: '',
			description: 'Whom to log in as; empty: not at all.',
		}),
		password_file: setting(text, {
			default: '',
			isPath: true,
			description: 'A file whose first line is the password.',
		}),
		password_variable: setting(text, {
			default: '',
			description: 'The environment variable that holds the password.',
		}),
		from: setting(text, {
			default: '',
			description:
				'The address that mail comes from; empty: lifeblood@ and the name of this machine.',
		}),
		gather_s: setting(seconds(0), {
			default: 30,
			description: 'Seconds in which what happens is gathered into one mail.',
		}),
	}),
};

const isWebhook = (address: string): boolean => {
	const url = URL.parse(address);
	return (
		url !== null &&
		['http:', 'https:'].includes(url.protocol) &&
		url.username === '' &&
		url.password === ''
	);
};
