# 임무 시작과 설정.

mandate-new-title = 새 임무
mandate-next = 다음
mandate-protocol = 프로토콜
mandate-protocol-hint = 양식, 명부, 역할, 구획이 함께 정해집니다. 나중에 바꿀 수 없습니다.
mandate-protocol-missing = 임무가 따를 프로토콜을 고르십시오.
mandate-protocol-what = 쓰임새
mandate-name = 임무 이름
mandate-name-hint = 휴대전화에도 보입니다. 사람 이름이나 알려지면 안 되는 장소는 쓰지 마십시오.
mandate-name-missing = 이름이 비어 있습니다. 이름을 쓰십시오.
mandate-description = 목적
mandate-people-what = 누가 어떤 역할로 일하는지 정하십시오. 구획마다 처음부터 열쇠를 가진 사람이 있어야 합니다. 없으면 그곳에 봉인된 것은 영영 열 수 없습니다.
mandate-role-of = { $name }의 역할
mandate-no-role = 역할 없음
mandate-unheld = 열쇠를 가질 사람이 없는 구획: { $compartments }. 그 열쇠를 갖는 역할을 누군가에게 주십시오. 어떤 역할인지는 위의 표에 있습니다.
mandate-check = 확인하기
mandate-check-title = 확인하고 시작하기
mandate-check-what = 시작하면 구획마다 열쇠 한 쌍을 만들어 이 사람들에게 봉인합니다. 본인이 여기에 없으면 본인은 열쇠를 받지 않습니다.
mandate-begin = 임무 시작하기
mandate-change = 고치기
done-mandate-begun = 임무를 시작했습니다. 열쇠를 만들어 나누었습니다.

compartments = 구획
compartment = 구획
compartment-protects = 보호하는 것
compartment-roles = 열쇠를 갖는 역할
compartment-held-by = 열쇠를 가진 사람
compartment-nobody = 아직 없음
compartment-one-holder = 한 사람뿐, 종이 조각 없음
compartment-shares = 종이 조각 열쇠
compartment-devices = 휴대전화
compartment-devices-holds = QR 코드를 다시 보여 주는 데 쓰는 휴대전화 토큰
compartment-phones = 휴대전화 { $count }대

settings-version = 버전
settings-begun = 시작한 날
settings-archive = 보관
settings-archived = 일이 끝났으므로 임무를 보관합니다
settings-archived-hint = 지워지는 것은 없고 열쇠도 그대로입니다. 다른 임무들 아래에 놓이고, 전화와 브라우저에서 새 양식을 시작하지 않으며, 새 구성원을 초대하지 않습니다. 전화에 남아 있던 제출은 그대로 받습니다.
settings-archived-since = { $day }부터 보관
settings-submit = 저장
done-settings = 저장했습니다.

refusal-protocol-unknown = 이 서버에 ‘{ $protocol }’ 프로토콜이 없습니다.
    .next = 서버가 보여 주는 프로토콜 가운데에서 고르십시오.
refusal-role-unknown = 프로토콜에 ‘{ $role }’ 역할이 없습니다.
    .next = 프로토콜의 역할 가운데에서 고르십시오.
refusal-compartment-unheld = 열쇠를 가질 사람이 없는 구획이 있습니다.
    .next = 그 열쇠를 갖는 역할을 누군가에게 주십시오.
