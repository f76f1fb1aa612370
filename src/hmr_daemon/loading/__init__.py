"""Import time: what loads is found, recorded and waited for."""
