/** Files up: a URL is asked for, bytes are sent there, and the file is shared. */
import { fileView, viewOf } from '../message.js';
import { Refusal } from '../refusal.js';
import { type Method, threadOf, writableChannelOf } from '../world.js';
import { announce } from './chat.js';

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    run({ world, args, workspace }) {
      const length = args.number('length', 0);
      if (length <= 0) throw new Refusal('invalid_arguments');
      const id = `F${String(world.uploads.size + 1).padStart(9, '0')}`;
      world.uploads.set(id, { name: args.required('filename'), length, teamId: workspace.id, bytes: null });
      return { upload_url: `${world.baseUrl}/upload/v1/${id}`, file_id: id };
    },
  },

  'files.completeUploadExternal': {
    scopes: ['files:write'],
    run(call) {
      const { world, args, workspace, installation } = call;
      const wanted = args.json('files', 'invalid_arguments');
      if (!Array.isArray(wanted) || wanted.length === 0) throw new Refusal('invalid_arguments');
      const channel = args.optional('channel_id') ? writableChannelOf(call, 'channel_id') : null;
      const threadTs = channel ? threadOf(call, channel) : undefined;
      const files = (wanted as { id: string }[]).map(({ id }) => {
        const upload = world.uploads.get(id);
        if (!upload?.bytes || upload.teamId !== workspace.id) throw new Refusal('file_not_found');
        const { name, bytes } = upload;
        const file = {
          id,
          name,
          mimetype: 'application/octet-stream',
          size: bytes.length,
          bytes,
          teamId: workspace.id,
        };
        workspace.files.set(id, file);
        return file;
      });
      if (channel) {
        const message = workspace.add({
          channel: channel.id,
          user: installation.botUserId,
          botId: installation.botId,
          text: args.optional('initial_comment') ?? '',
          subtype: 'file_share',
          threadTs,
          files,
        });
        announce(call, viewOf(message, world.baseUrl));
      }
      return { files: files.map((file) => fileView(file, world.baseUrl)) };
    },
  },

  'files.info': {
    scopes: ['files:read'],
    run({ world, args, workspace }) {
      const file = workspace.files.get(args.required('file', 'file_not_found'));
      if (!file) throw new Refusal('file_not_found');
      return { file: fileView(file, world.baseUrl) };
    },
  },
};
