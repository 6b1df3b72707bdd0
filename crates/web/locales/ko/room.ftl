# Names of the rooms.

room-today = 오늘
room-findings = 확인된 사실
room-submissions = 제출물
room-registries = 명부
room-people = 사람
room-forms = 양식
room-devices = 휴대전화
room-record = 기록
room-settings = 설정
room-ledger = 원장
room-account = 내 계정
room-accounts = 계정
