import { describeS3, startS3 } from '#test/support/s3.ts';
import { driverSuite } from './driver.suite.ts';
import { S3Driver } from './s3.ts';

describeS3('on versitygw', () => {
  driverSuite('s3', async () => {
    const server = await startS3();
    return {
      open: async () => {
        const driver = new S3Driver(server.settings({ prefix: 'registry/blobs of one' }));
        await driver.probe();
        return driver;
      },
      end: () => server.stop(),
      // Parts are of 5 MiB here: exactly one, one byte more, a rest that is a part, a rest that is a tail.
      sizes: [5 << 20, (5 << 20) + 1, 11 << 20],
    };
  });
});
