/**
 * Ends a run with a few lines on the console instead of k6's full table: PerfGate writes its own report. The file of
 * `--summary-export` is written by k6 besides; `PERFGATE_SUMMARY` names a file for the full data.
 * @param {any} data
 */
export function handleSummary(data) {
  /** @type {(metric: string, statistic: string) => number} */
  const value = (metric, statistic) =>
    data.metrics[metric] && data.metrics[metric].values ? data.metrics[metric].values[statistic] || 0 : 0;
  const answered = 'http_req_duration{expected_response:true}';
  /** @type {Record<string, string>} */
  const outputs = {
    stdout: [
      '',
      `requests    ${value('http_reqs', 'count')} (${value('http_reqs', 'rate').toFixed(1)}/s)`,
      `failed      ${(100 * value('http_req_failed', 'rate')).toFixed(2)} %`,
      `answered in avg ${value(answered, 'avg').toFixed(1)} ms, p95 ${value(answered, 'p(95)').toFixed(1)} ms`,
      '',
    ].join('\n'),
  };
  if (__ENV.PERFGATE_SUMMARY) {
    outputs[__ENV.PERFGATE_SUMMARY] = JSON.stringify(data);
  }
  return outputs;
}
