/** `wslog doctor`: the WebSocket checklist over an nginx configuration. */
import { UsageError } from '../config/usage-error.ts';
import { runDoctor } from '../doctor/run.ts';
import { doctorDocument, renderDoctorJson } from '../report/doctor-document.ts';
import { renderDoctorMarkdown } from '../report/doctor-markdown.ts';
import { renderDoctorText } from '../report/doctor-text.ts';
import { versionOf } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { confOf, localConf } from './nginx-conf.ts';
import { writeFileWhole, writeOut } from './output.ts';

const FORMATS = ['text', 'json', 'markdown'] as const;

/**
 * @returns 1 when something is wrong.
 * @throws UsageError when there is no configuration to read.
 */
export async function doctor({ settings, io, messages }: Invocation): Promise<number> {
  const format = formatAmong(settings, FORMATS);
  const version = versionOf(settings);
  const path = settings.text('path');
  if (path !== null && !path.startsWith('/')) {
    throw new UsageError(`${settings.where('path')}: "${path}" is not a path; give one such as /ws`);
  }
  const found = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  if (found === null) {
    throw new UsageError(
      "this machine has no nginx configuration that can be read; name one with -c, or pipe nginx -T into 'wslog doctor -c -'",
    );
  }
  const ping = settings.number('ping');
  const result = runDoctor(found.conf, {
    version: version ?? found.version,
    ping: ping > 0 ? ping / 1000 : null,
    path: path === null ? null : Buffer.from(path, 'utf8').toString('latin1'),
    server: settings.text('server'),
  });
  const document = doctorDocument(result, found.conf.path);
  const output = settings.text('output');
  const text =
    format === 'json'
      ? renderDoctorJson(document)
      : format === 'markdown'
        ? renderDoctorMarkdown(document)
        : renderDoctorText(document, {
            ...appearanceOf(settings, io, output !== null),
            verbose: settings.flag('verbose'),
          });
  if (output === null) await writeOut(io.stdout, [text]);
  else await writeFileWhole(output, [text]);
  return document.checks.some(({ status }) => status === 'wrong') ? 1 : 0;
}
