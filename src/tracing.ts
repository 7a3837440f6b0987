/**
 * Traces of turns and jobs, by OpenTelemetry. Where a trace goes, and under which name, OpenTelemetry's own settings
 * say (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME), which its exporter reads itself.
 */
import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('carrier');

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
  });
  provider.register();
  return () => provider.shutdown();
}

/** Runs within a span, which notes whether it failed. Costs next to nothing while no tracing is started. */
export function spanned<T>(name: string, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
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
