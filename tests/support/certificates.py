"""A certificate authority made by openssl, and server certificates of it."""

import subprocess


class Certificates:
    """Files in `folder`: `roots` for clients, `certificate` and `key` for a server on localhost."""

    def __init__(self, folder):
        self.folder = folder
        self.roots = folder / "roots.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        self._authority_key = folder / "roots.key"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-subj", "/CN=Test authority", "-days", "1"),
            *("-keyout", self._authority_key, "-out", self.roots),
        )

    @property
    def arguments(self):
        return self.arguments_of("http.")

    def arguments_of(self, settings):
        """For a listener whose settings begin so."""
        return (
            *("--set", f"{settings}tls_certificate={self.certificate}"),
            *("--set", f"{settings}tls_key={self.key}"),
        )

    def issue(self, common_name="first", days=1):
        """Replaces certificate and key, each in one step, as a renewal does."""
        certificate, key = self.folder / "new.pem", self.folder / "new.key"
        self._issue(certificate, key, common_name, days, "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1")
        key.rename(self.key)
        certificate.rename(self.certificate)

    def issue_rsa(self, common_name="other"):
        """(certificate, key): another one, with an RSA key."""
        made = self.folder / "rsa.pem", self.folder / "rsa.key"
        self._issue(*made, common_name, 1, "rsa:2048")
        return made

    def _issue(self, certificate, key, common_name, days, *newkey):
        self._openssl(
            *("req", "-x509", "-newkey", *newkey),
            *("-nodes", "-subj", f"/CN={common_name}", "-days", str(days)),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-CA", self.roots, "-CAkey", self._authority_key),
            *("-keyout", key, "-out", certificate),
        )

    def _openssl(self, *arguments):
        done = subprocess.run(
            ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
