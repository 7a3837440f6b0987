/**
 * Traces of turns and jobs, by OpenTelemetry. Where a trace goes, and under which name, OpenTelemetry's own settings
 * say (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME), which its exporter reads itself.
 *
 * The trace of a message has the id of the message, and its first span an id that is made of it: so every process knows both, whatever
 * happened to the jobs in between, and nothing is stored for it.
 */
import { hash, randomBytes } from 'node:crypto';
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Memory } from './core/memory.js';

const tracer = trace.getTracer('carrier');

interface Ids {
  traceId: string;
  spanId: string;
}

let isStarted = false;
/** Of the span that is begun next; null: by chance. */
let given: Ids | null = null;

/** Begins to send spans; the result sends what is left and ends it. Loaded only here, since most hubs need none of it. */
export async function startTracing(): Promise<() => Promise<void>> {
  const [
    { BatchSpanProcessor, NodeTracerProvider },
    { OTLPTraceExporter },
    { defaultResource, envDetector, detectResources, resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'carrier' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    idGenerator: {
      generateTraceId: () => given?.traceId ?? randomBytes(16).toString('hex'),
      generateSpanId: () => given?.spanId ?? randomBytes(8).toString('hex'),
    },
  });
  provider.register();
  isStarted = true;
  return () => provider.shutdown();
}

/** The id of a message's trace: 32 hexadecimal digits. */
export function traceIdOf(messageId: string): string {
  const digits = messageId.replaceAll('-', '').toLowerCase();
  return /^[\da-f]{32}$/.test(digits) ? digits : hash('sha256', messageId).slice(0, 32);
}

/** Of what is traced now; undefined: nothing is. */
export function traceIdNow(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** The first span of a message's trace, once it is stored. @param startedAt when it came, Unix ms */
export function arrived(
  { id, agentId: agent, source }: Pick<Memory, 'id' | 'agentId' | 'source'>,
  startedAt: number,
): void {
  if (!isStarted) return;
  given = idsOf(id);
  const attributes = { agent, connector: source.connector };
  tracer.startSpan('message', { root: true, startTime: startedAt, attributes }).end();
  given = null;
}

/**
 * Runs within a span, which notes whether it failed. Costs next to nothing while no tracing is started.
 * @param of the message of whose trace it is; absent: of what is traced now, or of one of its own
 */
export function spanned<T>(
  name: string,
  work: (span: Span) => Promise<T>,
  { of, ...attributes }: { of?: string } & Attributes = {},
): Promise<T> {
  const around = of && isStarted ? within(of) : context.active();
  return tracer.startActiveSpan(name, { attributes }, around, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      // The class and code alone: a message may quote what somebody said.
      const { name: type, code } = error as { name?: string; code?: string };
      span.setStatus({ code: SpanStatusCode.ERROR, message: [type, code].filter(Boolean).join(' ') });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** What is done for a message, where that is more than what is traced now: a job may be for several. */
function within(messageId: string): Context {
  const ids = idsOf(messageId);
  const active = context.active();
  if (trace.getSpanContext(active)?.traceId === ids.traceId) return active;
  return trace.setSpanContext(active, { ...ids, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function idsOf(messageId: string): Ids {
  return { traceId: traceIdOf(messageId), spanId: hash('sha256', messageId).slice(0, 16) };
}
