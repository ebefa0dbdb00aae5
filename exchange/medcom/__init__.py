"""MedCom messages: hospital notifications, which open and close treatment relations."""
