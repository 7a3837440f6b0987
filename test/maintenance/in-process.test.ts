import { createLogger } from '../../src/logger.js';
import { InProcessMaintenance } from '../../src/maintenance/in-process.js';
import { maintenanceContract } from '../contract/maintenance.js';

maintenanceContract('InProcessMaintenance', async () => {
  const maintenance = new InProcessMaintenance({ firstMs: 5_000, log: createLogger('silent') });
  return { maintenance, dispose: () => maintenance.close() };
});
