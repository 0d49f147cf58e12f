/**
 * Two self-signed pairs for localhost and 127.0.0.1, valid until 2126, for tests of TLS only. In the source, because
 * the machine may have no openssl.
 */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

export const firstCertificate: TestCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUA0ZzL/nkSDdG1ihNbDmLeZ++VFwwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGdGVzdC0xMCAXDTI2MTEyMTEyMTYzOVoYDzIxMjYxMDI4MTIx
NjM5WjARMQ8wDQYDVQQDDAZ0ZXN0LTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQ/au0VokKqXfXe6hiyQRlj2PqwnnbMRFunlR8pIkh8jwLbFtVJW3DVO222+zxb
D6sjkxoWeqk5I6Vn10NRSerWo28wbTAdBgNVHQ4EFgQUgNloMtALa0joGYsI2kGM
ozje5pswHwYDVR0jBBgwFoAUgNloMtALa0joGYsI2kGMozje5pswDwYDVR0TAQH/
BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwID
SAAwRQIgUxC73Q8kqXkrneThLvPWp1jUyq3M9HZOGTMZWe1r138CIQDW+z9JXmGB
z5bw/JbZJFy6GZFYaRzcdrMkb9AMahaO9w==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgncTrJOUCFgGHBBUn
bAdcCWNjtGrVa9iII8fvtRcJsbGhRANCAAQ/au0VokKqXfXe6hiyQRlj2PqwnnbM
RFunlR8pIkh8jwLbFtVJW3DVO222+zxbD6sjkxoWeqk5I6Vn10NRSerW
-----END PRIVATE KEY-----
`,
};

export const secondCertificate: TestCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUX8tUWYT0Q8ZZxmtnvSwjalqyEfEwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGdGVzdC0yMCAXDTI2MTEyMTEyMTYzOVoYDzIxMjYxMDI4MTIx
NjM5WjARMQ8wDQYDVQQDDAZ0ZXN0LTIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AATQ2/218YrJlxrKLXt2rvhCUIWLa2kOk+HtMyNaH+HGV4a88tFRjZJTt8NydxTd
k3sTsmma7aQS59IU7OBakW+Co28wbTAdBgNVHQ4EFgQUO5kgdxWzox2/VonzM0YU
VSNFc+wwHwYDVR0jBBgwFoAUO5kgdxWzox2/VonzM0YUVSNFc+wwDwYDVR0TAQH/
BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwID
SQAwRgIhAI1beh8JR0WT+6dsW8egBrVdJdOOoKIpZZZ/6C7+EAvZAiEAyOVyAZzs
EIE6sT4VQ8ZEUnTbhWpvc0gReFp6/BDnx6I=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeD8TKPc/QiZVnLab
OT34mTGCwDfVQcUpjita2NKjHcuhRANCAATQ2/218YrJlxrKLXt2rvhCUIWLa2kO
k+HtMyNaH+HGV4a88tFRjZJTt8NydxTdk3sTsmma7aQS59IU7OBakW+C
-----END PRIVATE KEY-----
`,
};
